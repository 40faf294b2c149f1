// SPDX-License-Identifier: Apache-2.0
/* mock_upstream - a deterministic stand-in for an LLM provider, for load and
 * fault tests of gateways.  Plain C, epoll, one event loop per thread, no
 * dependencies:   cc -O2 -pthread -o mock_upstream mock_upstream.c
 *
 * Routes (matched on the end of the path, so any base URL prefix works):
 *   POST .../chat/completions   OpenAI Chat Completions, JSON or SSE
 *   POST .../responses          OpenAI Responses, JSON or SSE
 *   POST .../messages           Anthropic Messages, JSON or SSE
 *   POST .../embeddings         OpenAI embeddings (8 dimensions)
 *   GET  .../models             a one-model list
 *   GET  /stats                 counters as JSON;  GET /last with --record
 *   GET  /spec?SPEC             set the default SPEC of requests from now on
 *                               (none: back to the command line's)
 *   GET  /health
 * SSE is chosen by "stream": true in the request body, as the real APIs do.
 *
 * Behaviour is set by a SPEC, "key=value" pairs split by , ; or &:
 *   ttft=MS     wait before the first response byte         (default 0)
 *   chunks=N    content chunks of a stream                  (default 64)
 *   delay=MS    pause between chunks, fractions allowed     (default 0)
 *   size=N      bytes of content of a non-streamed answer   (default 600)
 *   token=N     bytes of text of one chunk                  (default 8)
 *   stamp=1     put the monotonic send time into each chunk: "@<19 digits>@"
 *   status=N    answer with this status and the API's error body
 *   retry_after=S   Retry-After header on error statuses
 *   fault=F     hang  | reset | close   before any byte
 *               cut   | stall | garbage | error    after `after` chunks
 *   after=N     see fault                                   (default 3)
 *   every=N     apply status/fault to each N-th request only (default 1)
 *   chunked=1   chunked encoding for non-streamed answers as well
 * given (strongest last) by: the command line (--spec), a path prefix
 * /m/SPEC/..., the query string, the model name after a ';' or '?'
 * ("model": "gpt-x;ttft=20;chunks=8"), or an x-mock header.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define MAX_HEAD   (64 * 1024)
#define MAX_BODY   (64u * 1024 * 1024)
#define HANG_NS    (120ll * 1000000000)

enum api { API_CHAT, API_RESP, API_MSG, API_EMB, API_MODELS, API_STATS, API_LAST, API_SPEC, API_OK, API_NONE };
enum fault { F_NONE, F_HANG, F_RESET, F_CLOSE, F_CUT, F_STALL, F_GARBAGE, F_ERROR };

struct spec {
    int64_t ttft, delay;            /* ns */
    int chunks, size, token, stamp, status, retry_after, fault, after, every, chunked;
};
static struct spec g_spec0, g_spec = { 0, 0, 64, 600, 8, 0, 0, 0, F_NONE, 3, 1, 0 };
static int g_port = 9100, g_threads = 1, g_record = 0;
static const char *g_host = "127.0.0.1";
static volatile sig_atomic_t g_stop;

static struct {
    atomic_llong conns, requests, streams, streams_done, chunks, aborts, faults, bytes_in, bad, active;
} S;
static pthread_mutex_t last_mu = PTHREAD_MUTEX_INITIALIZER;
static char *last_buf; static size_t last_len;

static inline int64_t now_ns(void) {
    struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

struct buf { char *p; size_t len, cap, off; };
static void buf_need(struct buf *b, size_t n) {
    if (b->len + n <= b->cap) return;
    size_t c = b->cap ? b->cap : 8192;
    while (c < b->len + n) c *= 2;
    b->p = realloc(b->p, c);
    if (!b->p) { perror("realloc"); exit(1); }
    b->cap = c;
}
static void buf_add(struct buf *b, const void *d, size_t n) { buf_need(b, n); memcpy(b->p + b->len, d, n); b->len += n; }
static void buf_str(struct buf *b, const char *s) { buf_add(b, s, strlen(s)); }
static void buf_fmt(struct buf *b, const char *f, ...) {
    va_list ap; va_start(ap, f);
    buf_need(b, 1024);
    int n = vsnprintf(b->p + b->len, 1024, f, ap);
    if (n > 1023) n = 1023;
    b->len += (size_t)n; va_end(ap);
}

struct conn {
    int fd, heap;                   /* heap: index in the timer heap, -1 if none */
    int64_t due;
    struct buf in, out;
    int busy, streaming, want_out, close_after, step;
    enum api api; int usage, http10; struct spec sp;
    int gone;
};

struct loop { int ep, ls; struct conn **heap; int n, cap; struct { int api, size, chunked; char *p; size_t len; } cache[32]; int ncache; };

/* ---- timers: binary heap on due ---- */
static void heap_swap(struct loop *L, int a, int b) {
    struct conn *t = L->heap[a]; L->heap[a] = L->heap[b]; L->heap[b] = t;
    L->heap[a]->heap = a; L->heap[b]->heap = b;
}
static void heap_up(struct loop *L, int i) { while (i && L->heap[i]->due < L->heap[(i - 1) / 2]->due) { heap_swap(L, i, (i - 1) / 2); i = (i - 1) / 2; } }
static void heap_down(struct loop *L, int i) {
    for (;;) {
        int l = 2 * i + 1, r = l + 1, m = i;
        if (l < L->n && L->heap[l]->due < L->heap[m]->due) m = l;
        if (r < L->n && L->heap[r]->due < L->heap[m]->due) m = r;
        if (m == i) return;
        heap_swap(L, i, m); i = m;
    }
}
static void timer_set(struct loop *L, struct conn *c, int64_t due) {
    c->due = due;
    if (c->heap < 0) {
        if (L->n == L->cap) { L->cap = L->cap ? L->cap * 2 : 256; L->heap = realloc(L->heap, sizeof *L->heap * (size_t)L->cap); }
        c->heap = L->n; L->heap[L->n++] = c; heap_up(L, c->heap);
    } else { heap_up(L, c->heap); heap_down(L, c->heap); }
}
static void timer_del(struct loop *L, struct conn *c) {
    int i = c->heap; if (i < 0) return;
    L->n--;
    if (i != L->n) { heap_swap(L, i, L->n); L->heap[L->n]->heap = -1; heap_up(L, i); heap_down(L, i); }
    c->heap = -1;
}

/* ---- spec parsing ---- */
static void spec_set(struct spec *s, const char *k, size_t kn, const char *v, size_t vn) {
    char key[24], val[32];
    if (kn >= sizeof key || vn >= sizeof val) return;
    memcpy(key, k, kn); key[kn] = 0; memcpy(val, v, vn); val[vn] = 0;
    double d = atof(val); int i = atoi(val);
#define K(x) (!strcmp(key, x))
    if (K("ttft")) s->ttft = (int64_t)(d * 1e6);
    else if (K("delay")) s->delay = (int64_t)(d * 1e6);
    else if (K("chunks")) s->chunks = i < 0 ? 0 : i > 1000000 ? 1000000 : i;
    else if (K("size")) s->size = i < 0 ? 0 : i > 16 << 20 ? 16 << 20 : i;
    else if (K("token")) s->token = i < 1 ? 1 : i > 4096 ? 4096 : i;
    else if (K("stamp")) s->stamp = i;
    else if (K("status")) s->status = i;
    else if (K("retry_after")) s->retry_after = i;
    else if (K("after")) s->after = i;
    else if (K("every")) s->every = i < 1 ? 1 : i;
    else if (K("chunked")) s->chunked = i;
    else if (K("fault")) {
        static const char *n[] = { "none", "hang", "reset", "close", "cut", "stall", "garbage", "error" };
        for (int j = 0; j < 8; j++) if (!strcmp(val, n[j])) s->fault = j;
    }
#undef K
}
static void spec_parse(struct spec *s, const char *p, size_t n) {
    const char *e = p + n;
    while (p < e) {
        const char *q = p; while (q < e && *q != ',' && *q != ';' && *q != '&' && *q != ' ') q++;
        const char *eq = memchr(p, '=', (size_t)(q - p));
        if (eq) spec_set(s, p, (size_t)(eq - p), eq + 1, (size_t)(q - eq - 1));
        p = q + 1;
    }
}

/* Does the body hold  "key" : true  ?  A quoted copy inside a message is
 * escaped (\"key\"), so the bare form can only be a real key. */
static int body_true(const char *b, size_t n, const char *key) {
    size_t kn = strlen(key); const char *p = b, *e = b + n;
    while ((p = memmem(p, (size_t)(e - p), key, kn))) {
        p += kn;
        while (p < e && isspace((unsigned char)*p)) p++;
        if (p < e && *p == ':') {
            p++;
            while (p < e && isspace((unsigned char)*p)) p++;
            if (e - p >= 4 && !memcmp(p, "true", 4)) return 1;
        }
    }
    return 0;
}

/* ---- bodies ---- */
#define MODEL "mock-model"
static void add_text(struct buf *b, int n) {
    static const char w[] = "The quick brown fox jumps over the lazy dog. ";
    while (n > 0) { int k = n < (int)sizeof w - 1 ? n : (int)sizeof w - 1; buf_add(b, w, (size_t)k); n -= k; }
}
static void make_body(struct buf *b, enum api api, int size) {
    switch (api) {
    case API_CHAT:
        buf_str(b, "{\"id\":\"chatcmpl-mock00000000000000000001\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":\"" MODEL "\","
            "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"");
        add_text(b, size);
        buf_fmt(b, "\",\"refusal\":null,\"annotations\":[]},\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":210,\"completion_tokens\":%d,"
            "\"total_tokens\":%d,\"prompt_tokens_details\":{\"cached_tokens\":0,\"audio_tokens\":0},\"completion_tokens_details\":{\"reasoning_tokens\":0,"
            "\"audio_tokens\":0,\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}},\"service_tier\":\"default\",\"system_fingerprint\":\"fp_mock\"}", size / 4 + 1, size / 4 + 211);
        break;
    case API_MSG:
        buf_str(b, "{\"id\":\"msg_mock00000000000000000001\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"" MODEL "\",\"content\":[{\"type\":\"text\",\"text\":\"");
        add_text(b, size);
        buf_fmt(b, "\"}],\"stop_reason\":\"end_turn\",\"stop_sequence\":null,\"usage\":{\"input_tokens\":210,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,\"output_tokens\":%d}}", size / 4 + 1);
        break;
    case API_RESP:
        buf_str(b, "{\"id\":\"resp_mock00000000000000000001\",\"object\":\"response\",\"created_at\":1700000000,\"status\":\"completed\",\"error\":null,\"incomplete_details\":null,"
            "\"instructions\":null,\"max_output_tokens\":null,\"model\":\"" MODEL "\",\"output\":[{\"type\":\"message\",\"id\":\"msg_mock0001\",\"status\":\"completed\",\"role\":\"assistant\","
            "\"content\":[{\"type\":\"output_text\",\"text\":\"");
        add_text(b, size);
        buf_fmt(b, "\",\"annotations\":[]}]}],\"parallel_tool_calls\":true,\"previous_response_id\":null,\"store\":false,\"temperature\":1.0,\"tool_choice\":\"auto\",\"tools\":[],\"top_p\":1.0,"
            "\"usage\":{\"input_tokens\":210,\"input_tokens_details\":{\"cached_tokens\":0},\"output_tokens\":%d,\"output_tokens_details\":{\"reasoning_tokens\":0},\"total_tokens\":%d},\"metadata\":{}}", size / 4 + 1, size / 4 + 211);
        break;
    case API_EMB:
        buf_str(b, "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":0,\"embedding\":[0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8]}],\"model\":\"" MODEL "\",\"usage\":{\"prompt_tokens\":8,\"total_tokens\":8}}");
        break;
    case API_MODELS:
        buf_str(b, "{\"object\":\"list\",\"data\":[{\"id\":\"" MODEL "\",\"object\":\"model\",\"created\":1700000000,\"owned_by\":\"mock\"}]}");
        break;
    case API_SPEC: case API_OK: buf_str(b, "{\"status\":\"ok\"}"); break;
    default: buf_str(b, "{\"error\":{\"message\":\"not found\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":\"not_found\"}}");
    }
}
static const char *reason(int st) {
    switch (st) { case 200: return "OK"; case 400: return "Bad Request"; case 401: return "Unauthorized"; case 403: return "Forbidden"; case 404: return "Not Found";
    case 408: return "Request Timeout"; case 413: return "Payload Too Large"; case 429: return "Too Many Requests"; case 500: return "Internal Server Error";
    case 502: return "Bad Gateway"; case 503: return "Service Unavailable"; case 504: return "Gateway Timeout"; case 529: return "Overloaded"; } return "Status";
}
static void make_error(struct buf *b, enum api api, int st) {
    const char *t = st == 429 ? "rate_limit_error" : st == 401 ? "authentication_error" : st == 400 ? "invalid_request_error" : st == 529 ? "overloaded_error" : api == API_MSG ? "api_error" : "server_error";
    if (api == API_MSG) buf_fmt(b, "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":\"mock error %d\"},\"request_id\":\"req_mock\"}", t, st);
    else buf_fmt(b, "{\"error\":{\"message\":\"mock error %d\",\"type\":\"%s\",\"param\":null,\"code\":%s}}", st, t, st == 429 ? "\"rate_limit_exceeded\"" : "null");
}

/* ---- output ---- */
static void ep_mod(struct loop *L, struct conn *c, int out) {
    if (c->want_out == out) return;
    c->want_out = out;
    struct epoll_event e = { .events = EPOLLIN | EPOLLRDHUP | (out ? EPOLLOUT : 0u), .data.ptr = c };
    epoll_ctl(L->ep, EPOLL_CTL_MOD, c->fd, &e);
}
/* 1: all written, 0: some left, -1: the peer is gone */
static int flush_out(struct loop *L, struct conn *c) {
    while (c->out.off < c->out.len) {
        ssize_t n = send(c->fd, c->out.p + c->out.off, c->out.len - c->out.off, MSG_NOSIGNAL);
        if (n < 0) { if (errno == EINTR) continue; if (errno == EAGAIN) { ep_mod(L, c, 1); return 0; } return -1; }
        c->out.off += (size_t)n;
    }
    c->out.len = c->out.off = 0; ep_mod(L, c, 0); return 1;
}

/* one SSE event as one HTTP chunk; reserve 10 bytes for "xxxxxxxx\r\n" */
static size_t sse_begin(struct conn *c) { size_t at = c->out.len; if (!c->http10) { buf_need(&c->out, 16); memcpy(c->out.p + at, "00000000\r\n", 10); c->out.len += 10; } return at; }
static void sse_end(struct conn *c, size_t at) {
    if (c->http10) return;
    size_t n = c->out.len - at - 10; static const char hx[] = "0123456789abcdef";
    for (int i = 7; i >= 0; i--) { c->out.p[at + (size_t)i] = hx[n & 15]; n >>= 4; }
    buf_add(&c->out, "\r\n", 2);
}
#define CH "data: {\"id\":\"chatcmpl-mock00000000000000000001\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"" MODEL "\",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_mock\",\"choices\":["
static void token_text(struct conn *c, int i) {
    if (c->sp.stamp) { char t[24]; int n = snprintf(t, sizeof t, "@%019lld@", (long long)now_ns()); buf_add(&c->out, t, (size_t)n); }
    else { static const char w[] = "word and more words follow here "; int n = c->sp.token; (void)i; while (n > 0) { int k = n < 32 ? n : 32; buf_add(&c->out, w, (size_t)k); n -= k; } }
}
static void ev_start(struct conn *c) {
    size_t a;
    switch (c->api) {
    case API_CHAT: a = sse_begin(c); buf_str(&c->out, CH "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":null}]}\n\n"); sse_end(c, a); break;
    case API_MSG:
        a = sse_begin(c); buf_str(&c->out, "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_mock00000000000000000001\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"" MODEL "\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":210,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,\"output_tokens\":1}}}\n\n"); sse_end(c, a);
        a = sse_begin(c); buf_str(&c->out, "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\nevent: ping\ndata: {\"type\":\"ping\"}\n\n"); sse_end(c, a); break;
    case API_RESP:
        a = sse_begin(c); buf_str(&c->out, "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_mock00000000000000000001\",\"object\":\"response\",\"created_at\":1700000000,\"status\":\"in_progress\",\"model\":\"" MODEL "\",\"output\":[],\"parallel_tool_calls\":true,\"tool_choice\":\"auto\",\"tools\":[]}}\n\n"); sse_end(c, a); break;
    default: break;
    }
}
static void ev_token(struct conn *c, int i) {
    size_t a = sse_begin(c);
    switch (c->api) {
    case API_MSG: buf_str(&c->out, "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\""); token_text(c, i); buf_str(&c->out, "\"}}\n\n"); break;
    case API_RESP: buf_fmt(&c->out, "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":%d,\"item_id\":\"msg_mock0001\",\"output_index\":0,\"content_index\":0,\"delta\":\"", i + 1); token_text(c, i); buf_str(&c->out, "\"}\n\n"); break;
    default: buf_str(&c->out, CH "{\"index\":0,\"delta\":{\"content\":\""); token_text(c, i); buf_str(&c->out, "\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n");
    }
    sse_end(c, a);
}
static void ev_finish(struct conn *c) {
    size_t a = sse_begin(c); int n = c->sp.chunks;
    switch (c->api) {
    case API_MSG:
        buf_fmt(&c->out, "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\nevent: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":%d}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n", n);
        sse_end(c, a); break;
    case API_RESP:
        buf_fmt(&c->out, "event: response.completed\ndata: {\"type\":\"response.completed\",\"sequence_number\":%d,\"response\":{\"id\":\"resp_mock00000000000000000001\",\"object\":\"response\",\"created_at\":1700000000,\"status\":\"completed\",\"model\":\"" MODEL "\",\"output\":[],\"parallel_tool_calls\":true,\"tool_choice\":\"auto\",\"tools\":[],\"usage\":{\"input_tokens\":210,\"output_tokens\":%d,\"total_tokens\":%d}}}\n\n", n + 1, n, n + 210);
        sse_end(c, a); break;
    default:
        buf_str(&c->out, CH "{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":\"stop\"}]}\n\n"); sse_end(c, a);
        if (c->usage) { a = sse_begin(c); buf_str(&c->out, CH); buf_fmt(&c->out, "],\"usage\":{\"prompt_tokens\":210,\"completion_tokens\":%d,\"total_tokens\":%d}}\n\n", n, n + 210); sse_end(c, a); }
        a = sse_begin(c); buf_str(&c->out, "data: [DONE]\n\n"); sse_end(c, a);
    }
    if (!c->http10) buf_str(&c->out, "0\r\n\r\n");
}

static void conn_free(struct loop *L, struct conn *c) {
    timer_del(L, c); close(c->fd); c->gone = 1;
    if (c->busy) atomic_fetch_sub(&S.active, 1);
    free(c->in.p); free(c->out.p); free(c);
    atomic_fetch_sub(&S.conns, 1);
}
static void abort_rst(struct conn *c) { struct linger l = { 1, 0 }; setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &l, sizeof l); }

/* ---- answering.  All return 0 to go on, -1 when the connection must go ---- */
static int finish(struct conn *c) { c->busy = 0; atomic_fetch_sub(&S.active, 1); return c->close_after ? -1 : 0; }

static int answer_fixed(struct loop *L, struct conn *c) {
    if (c->sp.status && c->sp.status != 200) {
        atomic_fetch_add(&S.faults, 1);
        struct buf e = { 0 }; make_error(&e, c->api, c->sp.status);
        buf_fmt(&c->out, "HTTP/1.1 %d %s\r\ncontent-type: application/json\r\ncontent-length: %zu\r\n", c->sp.status, reason(c->sp.status), e.len);
        if (c->sp.retry_after) buf_fmt(&c->out, "retry-after: %d\r\n", c->sp.retry_after);
        if (c->close_after) buf_str(&c->out, "connection: close\r\n");
        buf_str(&c->out, "\r\n"); buf_add(&c->out, e.p, e.len); free(e.p);
    } else if (c->api == API_STATS) {
        struct buf b = { 0 };
        buf_fmt(&b, "{\"conns\":%lld,\"active\":%lld,\"requests\":%lld,\"streams\":%lld,\"streams_done\":%lld,\"chunks\":%lld,\"client_aborts\":%lld,\"faults\":%lld,\"bad_requests\":%lld,\"bytes_in\":%lld}",
            S.conns, S.active, S.requests, S.streams, S.streams_done, S.chunks, S.aborts, S.faults, S.bad, S.bytes_in);
        buf_fmt(&c->out, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %zu\r\n\r\n", b.len);
        buf_add(&c->out, b.p, b.len); free(b.p);
    } else if (c->api == API_LAST) {
        pthread_mutex_lock(&last_mu);
        buf_fmt(&c->out, "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: %zu\r\n\r\n", last_len);
        buf_add(&c->out, last_buf ? last_buf : "", last_len);
        pthread_mutex_unlock(&last_mu);
    } else {
        char *p = 0; size_t n = 0;
        for (int i = 0; i < L->ncache; i++)
            if (L->cache[i].api == (int)c->api && L->cache[i].size == c->sp.size && L->cache[i].chunked == c->sp.chunked) { p = L->cache[i].p; n = L->cache[i].len; break; }
        if (!p) {
            struct buf b = { 0 }, h = { 0 };
            make_body(&b, c->api, c->sp.size);
            int st = c->api == API_NONE ? 404 : 200;
            buf_fmt(&h, "HTTP/1.1 %d %s\r\ndate: Sat, 21 Nov 2026 00:00:00 GMT\r\ncontent-type: application/json\r\nserver: mock\r\nopenai-processing-ms: 5\r\nx-request-id: req_mock0001\r\nx-ratelimit-remaining-requests: 9999\r\n", st, reason(st));
            if (c->sp.chunked) { buf_fmt(&h, "transfer-encoding: chunked\r\n\r\n%zx\r\n", b.len); buf_add(&h, b.p, b.len); buf_str(&h, "\r\n0\r\n\r\n"); }
            else { buf_fmt(&h, "content-length: %zu\r\n\r\n", b.len); buf_add(&h, b.p, b.len); }
            free(b.p); p = h.p; n = h.len;
            if (L->ncache < 32) { L->cache[L->ncache].api = (int)c->api; L->cache[L->ncache].size = c->sp.size; L->cache[L->ncache].chunked = c->sp.chunked; L->cache[L->ncache].p = p; L->cache[L->ncache++].len = n; }
            else { buf_add(&c->out, p, n); free(p); p = 0; }
        }
        if (p) {
            if (c->sp.fault == F_CUT) { atomic_fetch_add(&S.faults, 1); buf_add(&c->out, p, n - n / 3); c->close_after = 1; }
            else if (c->sp.fault == F_GARBAGE) { atomic_fetch_add(&S.faults, 1); size_t o = c->out.len; buf_add(&c->out, p, n); c->out.p[o + n - 1] = '<'; c->out.p[o + n - 2] = '!'; }
            else if (c->out.len == 0) {      /* fast path: straight from the cache */
                ssize_t w = send(c->fd, p, n, MSG_NOSIGNAL);
                if (w == (ssize_t)n) return finish(c);
                if (w < 0) { if (errno != EAGAIN && errno != EINTR) return -1; w = 0; }
                buf_add(&c->out, p + w, n - (size_t)w);
            } else buf_add(&c->out, p, n);
        }
    }
    int r = flush_out(L, c);
    if (r < 0) return -1;
    if (r == 0) { c->step = -1; return 0; }       /* finished from EPOLLOUT */
    return finish(c);
}

/* step: 0 = headers + start event, 1..chunks = content, chunks+1 = end */
static int stream_step(struct loop *L, struct conn *c) {
    for (;;) {
        if (c->out.len) { int r = flush_out(L, c); if (r < 0) return -1; if (r == 0) return 0; }
        int sent = c->step - 1;               /* content chunks sent so far */
        if (c->step > 0 && c->sp.fault >= F_CUT && sent >= c->sp.after) {
            atomic_fetch_add(&S.faults, 1);
            if (c->sp.fault == F_CUT) { return -1; }
            if (c->sp.fault == F_STALL) { timer_set(L, c, now_ns() + HANG_NS); c->sp.fault = F_HANG; return 0; }
            size_t a = sse_begin(c);
            if (c->sp.fault == F_GARBAGE) { buf_str(&c->out, "data: {\"id\":\"chatcmpl-mock\",\"choices\":[{\"delta\":{\"content\":\"brok\n\n"); sse_end(c, a); c->sp.fault = F_NONE; continue; }
            if (c->api == API_MSG) buf_str(&c->out, "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"mock overloaded\"}}\n\n");
            else if (c->api == API_RESP) buf_str(&c->out, "event: error\ndata: {\"type\":\"error\",\"code\":\"server_error\",\"message\":\"mock error\",\"param\":null,\"sequence_number\":99}\n\n");
            else buf_str(&c->out, "data: {\"error\":{\"message\":\"mock error\",\"type\":\"server_error\",\"param\":null,\"code\":null}}\n\n");
            sse_end(c, a); if (!c->http10) buf_str(&c->out, "0\r\n\r\n");
            c->sp.fault = F_NONE; c->step = c->sp.chunks + 2; continue;
        }
        if (c->step == 0) {
            buf_fmt(&c->out, "HTTP/1.1 200 OK\r\ndate: Sat, 21 Nov 2026 00:00:00 GMT\r\ncontent-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\nserver: mock\r\nx-request-id: req_mock0001\r\n%s\r\n",
                c->http10 ? "connection: close\r\n" : "transfer-encoding: chunked\r\n");
            ev_start(c); c->step = 1;
            /* the first content chunk goes out with the head, as providers do once a token exists */
            if (c->sp.chunks > 0 && !(c->sp.fault >= F_CUT && c->sp.after <= 0)) { ev_token(c, 0); c->step = 2; atomic_fetch_add(&S.chunks, 1); }
        } else if (c->step <= c->sp.chunks) { ev_token(c, c->step - 1); c->step++; atomic_fetch_add(&S.chunks, 1); }
        else if (c->step == c->sp.chunks + 1) { ev_finish(c); c->step++; }
        else { atomic_fetch_add(&S.streams_done, 1); c->streaming = 0; if (c->http10) c->close_after = 1; return finish(c); }
        int r = flush_out(L, c);
        if (r < 0) return -1;
        if (c->sp.delay && c->step <= c->sp.chunks) {
            int64_t t = now_ns(); c->due = c->due + c->sp.delay;
            if (c->due < t - 10 * c->sp.delay) c->due = t;     /* far behind: do not burst */
            if (c->due > t) { timer_set(L, c, c->due); return 0; }
        }
        if (r == 0) return 0;
    }
}

static int respond(struct loop *L, struct conn *c) {
    switch (c->sp.fault) {
    case F_HANG: atomic_fetch_add(&S.faults, 1); timer_set(L, c, now_ns() + HANG_NS); return 0;
    case F_RESET: atomic_fetch_add(&S.faults, 1); abort_rst(c); return -1;
    case F_CLOSE: atomic_fetch_add(&S.faults, 1); return -1;
    }
    if (c->streaming && !(c->sp.status && c->sp.status != 200)) { atomic_fetch_add(&S.streams, 1); c->due = now_ns(); return stream_step(L, c); }
    c->streaming = 0;
    return answer_fixed(L, c);
}

static int ends(const char *p, size_t n, const char *s) { size_t k = strlen(s); return n >= k && !memcmp(p + n - k, s, k); }
static const char *header(const char *h, size_t n, const char *name, size_t *vn) {
    size_t k = strlen(name); const char *p = h, *e = h + n;
    while (p < e) {
        const char *q = memchr(p, '\n', (size_t)(e - p)); if (!q) q = e;
        if ((size_t)(q - p) > k && p[k] == ':' && !strncasecmp(p, name, k)) {
            const char *v = p + k + 1, *ve = q; while (v < ve && (*v == ' ' || *v == '\t')) v++;
            while (ve > v && (ve[-1] == '\r' || ve[-1] == ' ')) ve--;
            *vn = (size_t)(ve - v); return v;
        }
        p = q + 1;
    }
    return 0;
}
/* length of a chunked body incl. trailer, 0 if incomplete, -1 if bad; decodes into dst */
static ssize_t dechunk(const char *p, size_t n, struct buf *dst) {
    size_t i = 0;
    for (;;) {
        size_t v = 0, d = 0;
        while (i < n && isxdigit((unsigned char)p[i])) { int ch = p[i] | 32; v = v * 16 + (size_t)(ch <= '9' ? ch - '0' : ch - 'a' + 10); i++; if (++d > 8) return -1; }
        if (i < n && !d) return -1;
        while (i < n && p[i] != '\n') i++;
        if (i >= n) return 0;
        i++;
        if (v == 0) {
            for (;;) { size_t s = i; while (i < n && p[i] != '\n') i++; if (i >= n) return 0; i++; if (i - s <= 2) return (ssize_t)i; }
        }
        if (v > MAX_BODY) return -1;
        if (i + v + 2 > n) return 0;
        buf_add(dst, p + i, v); i += v;
        while (i < n && p[i] != '\n') i++;
        if (i >= n) return 0;
        i++;
    }
}

/* take complete requests off the input while idle */
static int on_input(struct loop *L, struct conn *c) {
    while (!c->busy && c->in.len > c->in.off) {
        char *p = c->in.p + c->in.off; size_t n = c->in.len - c->in.off;
        char *he = memmem(p, n < MAX_HEAD ? n : MAX_HEAD, "\r\n\r\n", 4);
        if (!he) { if (n >= MAX_HEAD) { atomic_fetch_add(&S.bad, 1); return -1; } break; }
        size_t hl = (size_t)(he - p) + 4;
        char *le = memchr(p, '\n', hl); size_t ln = (size_t)(le - p); if (ln && p[ln - 1] == '\r') ln--;
        char *sp1 = memchr(p, ' ', ln), *sp2 = sp1 ? memchr(sp1 + 1, ' ', ln - (size_t)(sp1 + 1 - p)) : 0;
        if (!sp2) { atomic_fetch_add(&S.bad, 1); return -1; }
        const char *H = le + 1; size_t Hn = hl - (size_t)(le + 1 - p); size_t vn;
        const char *v, *body = p + hl; size_t bn = 0, total; struct buf db = { 0 };
        if ((v = header(H, Hn, "content-length", &vn))) {
            bn = strtoul(v, 0, 10);
            if (bn > MAX_BODY) { atomic_fetch_add(&S.bad, 1); return -1; }
            if (n < hl + bn) { if (n == hl && header(H, Hn, "expect", &vn)) { send(c->fd, "HTTP/1.1 100 Continue\r\n\r\n", 25, MSG_NOSIGNAL); } buf_need(&c->in, hl + bn - n); break; }
            total = hl + bn;
        } else if ((v = header(H, Hn, "transfer-encoding", &vn)) && vn >= 7 && !strncasecmp(v + vn - 7, "chunked", 7)) {
            ssize_t r = dechunk(p + hl, n - hl, &db);
            if (r <= 0) { free(db.p); if (r < 0) { atomic_fetch_add(&S.bad, 1); return -1; } if (n > MAX_BODY) return -1; break; }
            total = hl + (size_t)r; body = db.p; bn = db.len;
        } else total = hl;

        c->sp = g_spec; c->step = 0;
        c->http10 = !memcmp(p + ln - 3, "1.0", 3);
        v = header(H, Hn, "connection", &vn);
        c->close_after = v ? !strncasecmp(v, "close", 5) : c->http10;
        const char *path = sp1 + 1; size_t pn = (size_t)(sp2 - path);
        const char *qm = memchr(path, '?', pn);
        if (!memcmp(path, "/m/", pn > 3 ? 3 : pn)) { const char *sl = memchr(path + 3, '/', pn - 3); spec_parse(&c->sp, path + 3, sl ? (size_t)(sl - path - 3) : pn - 3); }
        if (qm) { spec_parse(&c->sp, qm + 1, pn - (size_t)(qm + 1 - path)); pn = (size_t)(qm - path); }
        while (pn > 1 && path[pn - 1] == '/') pn--;
        c->api = ends(path, pn, "/chat/completions") ? API_CHAT : ends(path, pn, "/messages") ? API_MSG : ends(path, pn, "/responses") ? API_RESP :
                 ends(path, pn, "/embeddings") ? API_EMB : ends(path, pn, "/models") ? API_MODELS : ends(path, pn, "/stats") ? API_STATS :
                 ends(path, pn, "/last") ? API_LAST : ends(path, pn, "/spec") ? API_SPEC : (ends(path, pn, "/health") || pn == 1) ? API_OK : API_NONE;
        c->streaming = 0; c->usage = 0;
        if (c->api == API_SPEC) { struct spec d = g_spec0; if (qm) spec_parse(&d, qm + 1, (size_t)(sp2 - qm - 1)); g_spec = d; }
        if (bn) {
            const char *m = memmem(body, bn, "\"model\"", 7);
            if (m) {
                m += 7; const char *be = body + bn;
                while (m < be && (*m == ' ' || *m == ':' || *m == '\t' || *m == '\n' || *m == '\r')) m++;
                if (m < be && *m == '"') {
                    const char *q = memchr(m + 1, '"', (size_t)(be - m - 1));
                    if (q) for (const char *s = m + 1; s < q; s++) if (*s == ';' || *s == '?') { spec_parse(&c->sp, s + 1, (size_t)(q - s - 1)); break; }
                }
            }
            if (c->api <= API_MSG) {
                c->streaming = body_true(body, bn, "\"stream\"");
                if (c->streaming) c->usage = body_true(body, bn, "\"include_usage\"");
            }
        }
        if ((v = header(H, Hn, "x-mock", &vn))) spec_parse(&c->sp, v, vn);
        if (c->api >= API_STATS) { c->sp.status = 0; c->sp.fault = F_NONE; c->sp.ttft = 0; c->sp.size = 0; c->sp.chunked = 0; }
        else {
            long long k = atomic_fetch_add(&S.requests, 1) + 1;
            if (c->sp.every > 1 && k % c->sp.every) { c->sp.status = 0; c->sp.fault = F_NONE; }
            atomic_fetch_add(&S.bytes_in, (long long)total);
            if (g_record) { pthread_mutex_lock(&last_mu); free(last_buf); last_buf = malloc(hl + bn + 1); memcpy(last_buf, p, hl); if (bn) memcpy(last_buf + hl, body, bn); last_len = hl + bn; pthread_mutex_unlock(&last_mu); }
        }
        free(db.p);
        c->in.off += total;
        if (c->in.off == c->in.len) c->in.off = c->in.len = 0;
        c->busy = 1; atomic_fetch_add(&S.active, 1);
        if (c->sp.ttft > 0) { timer_set(L, c, now_ns() + c->sp.ttft); return 0; }
        if (respond(L, c) < 0) return -1;
    }
    if (c->in.off && c->in.off == c->in.len) c->in.off = c->in.len = 0;
    return 0;
}

static int on_readable(struct loop *L, struct conn *c) {
    if (c->in.off > 65536) { memmove(c->in.p, c->in.p + c->in.off, c->in.len - c->in.off); c->in.len -= c->in.off; c->in.off = 0; }
    for (;;) {
        buf_need(&c->in, 16384);
        size_t room = c->in.cap - c->in.len;
        ssize_t n = recv(c->fd, c->in.p + c->in.len, room, 0);
        if (n == 0) { if (c->busy) atomic_fetch_add(&S.aborts, 1); return -1; }
        if (n < 0) { if (errno == EAGAIN) break; if (errno == EINTR) continue; if (c->busy) atomic_fetch_add(&S.aborts, 1); return -1; }
        c->in.len += (size_t)n;
        if ((size_t)n < room) break;
    }
    return on_input(L, c);
}

static void *loop_run(void *arg) {
    struct loop *L = calloc(1, sizeof *L); int one = 1; (void)arg;
    L->ep = epoll_create1(0);
    L->ls = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(L->ls, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (g_threads > 1) setsockopt(L->ls, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)g_port) };
    if (inet_pton(AF_INET, g_host, &a.sin_addr) != 1 || bind(L->ls, (void *)&a, sizeof a) || listen(L->ls, 4096)) { perror("bind/listen"); exit(1); }
    struct epoll_event e = { .events = EPOLLIN, .data.ptr = 0 };
    epoll_ctl(L->ep, EPOLL_CTL_ADD, L->ls, &e);
    struct epoll_event ev[512];
    while (!g_stop) {
        struct timespec ts, *tp = 0; 
        if (L->n) { int64_t w = L->heap[0]->due - now_ns(); if (w < 0) w = 0; ts.tv_sec = w / 1000000000; ts.tv_nsec = w % 1000000000; tp = &ts; }
        else { ts.tv_sec = 1; ts.tv_nsec = 0; tp = &ts; }
        int n = epoll_pwait2(L->ep, ev, 512, tp, 0);
        if (n < 0 && errno != EINTR) { perror("epoll"); exit(1); }
        for (int i = 0; i < n; i++) {
            struct conn *c = ev[i].data.ptr;
            if (!c) {
                for (int k = 0; k < 64; k++) {
                    int fd = accept4(L->ls, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
                    if (fd < 0) break;
                    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                    c = calloc(1, sizeof *c); c->fd = fd; c->heap = -1; atomic_fetch_add(&S.conns, 1);
                    struct epoll_event ce = { .events = EPOLLIN | EPOLLRDHUP, .data.ptr = c };
                    epoll_ctl(L->ep, EPOLL_CTL_ADD, fd, &ce);
                }
                continue;
            }
            int dead = 0;
            if (ev[i].events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) dead = on_readable(L, c) < 0;
            if (!dead && (ev[i].events & EPOLLOUT) && c->out.len) {
                int r = flush_out(L, c);
                if (r < 0) { dead = 1; if (c->busy) atomic_fetch_add(&S.aborts, 1); }
                else if (r == 1) {
                    if (c->streaming) { if (c->heap < 0) dead = stream_step(L, c) < 0; }
                    else if (c->busy && c->step == -1) { dead = finish(c) < 0; if (!dead) dead = on_input(L, c) < 0; }
                }
            }
            if (dead) conn_free(L, c);
            else if (c->streaming == 0 && !c->busy && c->in.len > c->in.off) { if (on_input(L, c) < 0) conn_free(L, c); }
        }
        int64_t t = now_ns();
        for (int k = 0; L->n && L->heap[0]->due <= t && k < 4096; k++) {
            struct conn *c = L->heap[0]; timer_del(L, c);
            int r;
            if (c->sp.fault == F_HANG && (c->step > 0 || !c->sp.ttft || t >= c->due + HANG_NS)) r = -1;
            else if (c->streaming && c->step > 0) r = stream_step(L, c);
            else r = respond(L, c);
            if (r < 0) { conn_free(L, c); continue; }
            if (!c->busy && on_input(L, c) < 0) conn_free(L, c);
        }
    }
    return 0;
}

static void on_sig(int s) { (void)s; g_stop = 1; }
static void usage(void) {
    fputs("mock_upstream [--port N] [--host A] [--threads N] [--spec SPEC] [--record]\n"
          "SPEC: ttft=ms,chunks=n,delay=ms,size=n,token=n,stamp=1,status=n,retry_after=s,fault=hang|reset|close|cut|stall|garbage|error,after=n,every=n,chunked=1\n", stderr);
    exit(2);
}
int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        const char *o = argv[i], *v = i + 1 < argc ? argv[i + 1] : 0;
        if (!strcmp(o, "--record")) { g_record = 1; continue; }
        if (!v) usage();
        if (!strcmp(o, "--port")) g_port = atoi(v);
        else if (!strcmp(o, "--host")) g_host = v;
        else if (!strcmp(o, "--threads")) g_threads = atoi(v);
        else if (!strcmp(o, "--spec")) spec_parse(&g_spec, v, strlen(v));
        else usage();
        i++;
    }
    g_spec0 = g_spec;
    struct sigaction sa = { .sa_handler = on_sig };
    sigaction(SIGTERM, &sa, 0); sigaction(SIGINT, &sa, 0); signal(SIGPIPE, SIG_IGN);
    pthread_t t[64]; if (g_threads < 1) g_threads = 1;
    if (g_threads > 64) g_threads = 64;
    for (int i = 1; i < g_threads; i++) pthread_create(&t[i], 0, loop_run, 0);
    fprintf(stderr, "mock_upstream on %s:%d, %d thread(s)\n", g_host, g_port, g_threads);
    loop_run(0);
    return 0;
}
