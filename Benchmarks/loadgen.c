// SPDX-License-Identifier: Apache-2.0
/* loadgen - a small HTTP/1.1 load generator for gateway measurements.
 * Plain C, one epoll loop, loopback targets only.
 *   cc -O2 -o loadgen loadgen.c
 *
 *   loadgen --url http://127.0.0.1:PORT/v1/chat/completions --body FILE
 *           [--header 'K: V']... [--conc N] [--secs S] [--max N]
 *           [--rate R]        open loop, R requests a second (default: closed loop)
 *           [--stream N]      responses are SSE of N content chunks, each holding
 *                             the mock's "@<19-digit monotonic ns>@" stamp
 *           [--timeout S]     per request, default 30
 *
 * One JSON line on stdout.  Closed loop: each of N connections sends its next
 * request when its last response is complete.  Open loop: a request is due
 * every 1/R s; it is timed from the moment it is due if no connection is free,
 * so a stalled server is not under-reported.  chunk_us is the one-way transit
 * of a chunk, mock's send to our recv, on the shared monotonic clock.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static inline int64_t now_ns(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec; }

struct series { uint32_t *v; size_t n, cap; double sum; };          /* 0.1 us units */
static void add(struct series *s, int64_t ns) {
    if (ns < 0) ns = 0;
    int64_t u = ns / 100; if (u > UINT32_MAX) u = UINT32_MAX;
    if (s->n == s->cap) { s->cap = s->cap ? s->cap * 2 : 65536; s->v = realloc(s->v, s->cap * sizeof *s->v); if (!s->v) exit(1); }
    s->v[s->n++] = (uint32_t)u; s->sum += (double)u;
}
static int cmp(const void *a, const void *b) { uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b; return x < y ? -1 : x > y; }
static double pct(struct series *s, double p) { if (!s->n) return 0; size_t i = (size_t)(p * (double)(s->n - 1) + 0.5); return s->v[i] / 10.0; }
static void show(const char *k, struct series *s) {
    if (s->n) qsort(s->v, s->n, sizeof *s->v, cmp);
    printf(",\"%s\":{\"n\":%zu,\"mean\":%.1f,\"p50\":%.1f,\"p90\":%.1f,\"p99\":%.1f,\"p999\":%.1f,\"min\":%.1f,\"max\":%.1f}", k, s->n,
        s->n ? s->sum / 10.0 / (double)s->n : 0, pct(s, .5), pct(s, .9), pct(s, .99), pct(s, .999), pct(s, 0), pct(s, 1));
}

enum { CLOSED, CONNECTING, IDLE, SENDING, READING };
struct conn {
    int fd, st; size_t sent; int64_t t0, retry;
    /* response */
    char head[16384]; size_t hn; int inbody, status, chunked, close, hasLen; int64_t left;
    int cst; uint64_t csz; int trl;           /* chunked decoder: 0 size 1 ext 2 data 3 crlf 4 trailer */
    int sd; uint64_t sv; int nchunk; int64_t first;
};
static struct sockaddr_in A;
static char *req; static size_t reqn;
static int conc = 1, expect = -1, ep; static double rate = 0, secs = 5, tmo = 30; static long maxreq = 0;
static struct conn *C;
static struct series lat, ttft, chunk;
static long done, ok, non2xx, errors, reconn, shorts, started, in_time; static int last_status; static char last_err[400];
static int64_t t_start, t_end;

static void c_close(struct conn *c) { if (c->fd >= 0) close(c->fd); c->fd = -1; c->st = CLOSED; }
static void c_open(struct conn *c) {
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); int one = 1;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    c->st = CONNECTING;
    int r = connect(c->fd, (void *)&A, sizeof A);
    if (r < 0 && errno != EINPROGRESS) { c_close(c); errors++; c->retry = now_ns() + 20000000; return; }
    struct epoll_event e = { .events = EPOLLIN | EPOLLOUT | EPOLLET | EPOLLRDHUP, .data.ptr = c };
    epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &e);
}
static void c_reset(struct conn *c) { c->hn = 0; c->inbody = 0; c->status = 0; c->chunked = c->close = c->hasLen = 0; c->left = 0; c->cst = 0; c->csz = 0; c->trl = 0; c->sd = 0; c->nchunk = 0; c->first = 0; }
static void c_send(struct conn *c, int64_t t0) {
    c_reset(c); c->sent = 0; c->t0 = t0; c->st = SENDING; started++;
    while (c->sent < reqn) {
        ssize_t n = send(c->fd, req + c->sent, reqn - c->sent, MSG_NOSIGNAL);
        if (n < 0) { if (errno == EAGAIN) return; c->st = SENDING; return; }   /* errors surface as HUP */
        c->sent += (size_t)n;
    }
    c->st = READING;
}
static void complete(struct conn *c, int64_t t) {
    done++; last_status = c->status;
    if (t <= t_end) in_time++;
    if (c->status >= 200 && c->status < 300) { ok++; add(&lat, t - c->t0); if (expect >= 0) { if (c->first) add(&ttft, c->first - c->t0); if (c->nchunk != expect) shorts++; } }
    else { non2xx++; }
    if (c->close) { c_close(c); reconn++; c->retry = 0; } else c->st = IDLE;
}
static void fail(struct conn *c, const char *why) {
    if (c->st == SENDING || c->st == READING) { errors++; done++; snprintf(last_err, sizeof last_err, "%s", why); }
    c_close(c); reconn++; c->retry = now_ns() + 5000000;
}
static inline void scan(struct conn *c, const char *p, size_t n, int64_t t) {
    if (expect < 0) return;
    const char *e = p + n;
    while (p < e) {
        if (!c->sd) { p = memchr(p, '@', (size_t)(e - p)); if (!p) return; c->sd = 1; c->sv = 0; p++; continue; }
        char ch = *p++;
        if (ch >= '0' && ch <= '9' && c->sd <= 19) { c->sv = c->sv * 10 + (uint64_t)(ch - '0'); c->sd++; }
        else if (ch == '@' && c->sd == 20) { c->nchunk++; if (!c->first) c->first = t; add(&chunk, t - (int64_t)c->sv); c->sd = 0; }
        else if (ch == '@') { c->sd = 1; c->sv = 0; }
        else c->sd = 0;
    }
}
/* feed response bytes; 1 when the response is complete, -1 on nonsense */
static int feed(struct conn *c, const char *p, size_t n, int64_t t) {
    while (n || (c->inbody && !c->chunked && c->hasLen && !c->left)) {
        if (!c->inbody) {
            size_t k = sizeof c->head - 1 - c->hn; if (k > n) k = n;
            if (!k) return -1;
            size_t from = c->hn > 3 ? c->hn - 3 : 0;
            memcpy(c->head + c->hn, p, k); c->hn += k;
            char *e = memmem(c->head + from, c->hn - from, "\r\n\r\n", 4);
            if (!e) { p += k; n -= k; continue; }
            size_t hl = (size_t)(e - c->head) + 4, used = k - (c->hn - hl);
            p += used; n -= used; c->head[hl - 2] = 0;
            if (strncmp(c->head, "HTTP/1.", 7)) return -1;
            c->status = atoi(c->head + 9); c->close = c->head[7] == '0';
            for (char *h = strchr(c->head, '\n'); h && *++h; h = strchr(h, '\n')) {
                if (!strncasecmp(h, "content-length:", 15)) { c->hasLen = 1; c->left = atoll(h + 15); }
                else if (!strncasecmp(h, "transfer-encoding:", 18)) c->chunked = 1;
                else if (!strncasecmp(h, "connection:", 11)) { char *v = h + 11; while (*v == ' ') v++; c->close = !strncasecmp(v, "close", 5); }
            }
            if (c->status == 100) { c_reset(c); continue; }
            c->inbody = 1; if (c->status == 204 || c->status == 304) { c->hasLen = 1; c->left = 0; c->chunked = 0; }
            continue;
        }
        if (!c->chunked) {
            if (!c->hasLen) { scan(c, p, n, t); return 0; }
            size_t k = (int64_t)n > c->left ? (size_t)c->left : n;
            scan(c, p, k, t); c->left -= (int64_t)k; p += k; n -= k;
            if (!c->left) return 1;
            continue;
        }
        char ch;
        switch (c->cst) {
        case 0: ch = *p; if (isxdigit((unsigned char)ch)) { ch |= 32; c->csz = c->csz * 16 + (uint64_t)(ch <= '9' ? ch - '0' : ch - 'a' + 10); p++; n--; } else c->cst = 1; break;
        case 1: p++; n--; if (p[-1] == '\n') { if (c->csz) c->cst = 2; else { c->cst = 4; c->trl = 0; } } break;
        case 2: { size_t k = n > c->csz ? (size_t)c->csz : n; scan(c, p, k, t); c->csz -= k; p += k; n -= k; if (!c->csz) c->cst = 3; break; }
        case 3: p++; n--; if (p[-1] == '\n') { c->cst = 0; c->csz = 0; } break;
        case 4: ch = *p; p++; n--; if (ch == '\n') { if (!c->trl) return 1; c->trl = 0; } else if (ch != '\r') c->trl = 1; break;
        }
    }
    return 0;
}
static char rbuf[1 << 18];
static void on_event(struct conn *c, uint32_t ev) {
    if (c->fd < 0) return;
    if (c->st == CONNECTING) {
        if (ev & (EPOLLERR | EPOLLHUP)) { errors++; snprintf(last_err, sizeof last_err, "connect failed"); c_close(c); c->retry = now_ns() + 20000000; return; }
        if (ev & EPOLLOUT) c->st = IDLE;
    }
    if (c->st == SENDING && (ev & EPOLLOUT)) {
        while (c->sent < reqn) { ssize_t n = send(c->fd, req + c->sent, reqn - c->sent, MSG_NOSIGNAL); if (n < 0) break; c->sent += (size_t)n; }
        if (c->sent == reqn) c->st = READING;
    }
    if (ev & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
        for (;;) {
            ssize_t n = recv(c->fd, rbuf, sizeof rbuf, 0);
            if (n < 0) { if (errno == EAGAIN) break; if (errno == EINTR) continue; fail(c, strerror(errno)); return; }
            int64_t t = now_ns();
            if (n == 0) {
                if (c->st == READING && c->inbody && !c->chunked && !c->hasLen) { c->close = 1; complete(c, t); }
                else if (c->st == IDLE) { c_close(c); reconn++; c->retry = 0; }
                else fail(c, c->inbody ? "closed in mid-response" : "closed before the response");
                return;
            }
            if (c->st == SENDING) c->st = READING;
            if (c->st != READING) { fail(c, "bytes while idle"); return; }
            int r = feed(c, rbuf, (size_t)n, t);
            if (r < 0) { fail(c, "bad response"); return; }
            if (r > 0) { if (c->sent < reqn) c->close = 1; complete(c, t); return; }
            if ((size_t)n < sizeof rbuf) { /* edge-triggered: drain once more only when full */ }
        }
    }
}
int main(int argc, char **argv) {
    char *url = 0, *bodyf = 0, hdr[8192] = ""; size_t hn = 0;
    for (int i = 1; i + 1 < argc; i += 2) {
        char *o = argv[i], *v = argv[i + 1];
        if (!strcmp(o, "--url")) url = v; else if (!strcmp(o, "--body")) bodyf = v;
        else if (!strcmp(o, "--header")) hn += (size_t)snprintf(hdr + hn, sizeof hdr - hn, "%s\r\n", v);
        else if (!strcmp(o, "--conc")) conc = atoi(v); else if (!strcmp(o, "--secs")) secs = atof(v);
        else if (!strcmp(o, "--max")) maxreq = atol(v); else if (!strcmp(o, "--rate")) rate = atof(v);
        else if (!strcmp(o, "--stream")) expect = atoi(v); else if (!strcmp(o, "--timeout")) tmo = atof(v);
        else { fprintf(stderr, "unknown option %s\n", o); return 2; }
        if (hn >= sizeof hdr) return 2;
    }
    if (!url || strncmp(url, "http://", 7) || conc < 1 || conc > 20000) { fprintf(stderr, "need --url http://127.x.x.x:port/path\n"); return 2; }
    char host[64]; int port = 80; char *h = url + 7, *sl = strchr(h, '/'); const char *path = sl ? sl : "/";
    size_t k = sl ? (size_t)(sl - h) : strlen(h); if (k >= sizeof host) return 2;
    memcpy(host, h, k); host[k] = 0; char full[64]; strcpy(full, host);
    char *co = strchr(host, ':'); if (co) { *co = 0; port = atoi(co + 1); }
    if (!strcmp(host, "localhost")) strcpy(host, "127.0.0.1");
    if (strncmp(host, "127.", 4)) { fprintf(stderr, "loopback only\n"); return 2; }
    A.sin_family = AF_INET; A.sin_port = htons((uint16_t)port); if (inet_pton(AF_INET, host, &A.sin_addr) != 1) return 2;
    char *body = 0; size_t bn = 0;
    if (bodyf) { FILE *f = fopen(bodyf, "rb"); if (!f) { perror(bodyf); return 2; } fseek(f, 0, SEEK_END); bn = (size_t)ftell(f); rewind(f); body = malloc(bn + 1); if (fread(body, 1, bn, f) != bn) return 2; fclose(f); }
    req = malloc(bn + 16384);
    reqn = (size_t)sprintf(req, "%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: loadgen\r\nAccept: */*\r\n%s", body ? "POST" : "GET", path, full, hdr);
    if (body) reqn += (size_t)sprintf(req + reqn, "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n", bn); else { strcpy(req + reqn, "\r\n"); reqn += 2; }
    if (body) { memcpy(req + reqn, body, bn); reqn += bn; }

    signal(SIGPIPE, SIG_IGN); prctl(PR_SET_TIMERSLACK, 1000, 0, 0, 0);
    ep = epoll_create1(0); C = calloc((size_t)conc, sizeof *C);
    for (int i = 0; i < conc; i++) { C[i].fd = -1; c_open(&C[i]); }
    /* let the connections settle before the clock starts */
    struct epoll_event ev[512]; int64_t t = now_ns(), dl = t + 1000000000; int up = 0;
    while (now_ns() < dl && up < conc) { int n = epoll_wait(ep, ev, 512, 50); for (int i = 0; i < n; i++) on_event(ev[i].data.ptr, ev[i].events); up = 0; for (int i = 0; i < conc; i++) up += C[i].st == IDLE; }
    t_start = now_ns(); t_end = t_start + (int64_t)(secs * 1e9); long due_n = 0; int cursor = 0;
    int64_t last_scan = t_start; int64_t grace = (int64_t)(5e9 + (tmo < 10 ? tmo * 1e9 : 10e9));
    for (;;) {
        t = now_ns(); int over = t >= t_end || (maxreq && started >= maxreq);
        int64_t wake = t + 50000000;
        if (!over) {
            if (rate > 0) {
                int64_t due = t_start + (int64_t)((double)due_n / rate * 1e9);
                while (due <= t && due < t_end && !(maxreq && started >= maxreq)) {
                    int found = -1;
                    for (int i = 0; i < conc; i++) { int j = (cursor + i) % conc; if (C[j].st == IDLE) { found = j; break; } }
                    if (found < 0) break;
                    cursor = found;             /* keep using warm connections */
                    int64_t n0 = now_ns();
                    c_send(&C[found], n0 - due > 2000000 ? due : n0);
                    due_n++; due = t_start + (int64_t)((double)due_n / rate * 1e9);
                }
                if (due > t && due < wake) wake = due;
            } else for (int i = 0; i < conc && !(maxreq && started >= maxreq); i++) if (C[i].st == IDLE) c_send(&C[i], now_ns());
        }
        int busy = 0;
        if (over || t - last_scan > 100000000) {
            last_scan = t;
            for (int i = 0; i < conc; i++) if (C[i].st == SENDING || C[i].st == READING) { if (t - C[i].t0 > (int64_t)(tmo * 1e9)) fail(&C[i], "timeout"); else busy++; }
            if (over && (!busy || t > t_end + grace)) break;
            if (errors > 2000 && errors > ok) break;
        }
        if (!over) for (int i = 0; i < conc; i++) if (C[i].st == CLOSED && t >= C[i].retry) c_open(&C[i]);
        int64_t w = wake - now_ns(); if (w < 0) w = 0; struct timespec ts = { w / 1000000000, w % 1000000000 };
        int n = epoll_pwait2(ep, ev, 512, &ts, 0);
        for (int i = 0; i < n; i++) {
            struct conn *c = ev[i].data.ptr; on_event(c, ev[i].events);
            if (rate <= 0 && c->st == IDLE && !(maxreq && started >= maxreq)) { int64_t tt = now_ns(); if (tt < t_end) c_send(c, tt); }
        }
    }
    t = now_ns(); struct rusage ru; getrusage(RUSAGE_SELF, &ru);
    double span = (double)((t < t_end ? t : t_end) - t_start) / 1e9;
    printf("{\"conc\":%d,\"rate\":%.1f,\"secs\":%.3f,\"done\":%ld,\"ok\":%ld,\"non2xx\":%ld,\"errors\":%ld,\"reconnects\":%ld,\"rps\":%.1f,\"client_cpu_s\":%.3f,\"last_status\":%d,\"last_error\":\"%s\",\"short_streams\":%ld,\"chunks\":%zu",
        conc, rate, span, done, ok, non2xx, errors, reconn, (double)(in_time) / span, (double)ru.ru_utime.tv_sec + (double)ru.ru_stime.tv_sec + (double)(ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) / 1e6, last_status, last_err, shorts, chunk.n);
    show("lat_us", &lat); if (expect >= 0) { show("ttft_us", &ttft); show("chunk_us", &chunk); }
    printf("}\n"); return 0;
}
