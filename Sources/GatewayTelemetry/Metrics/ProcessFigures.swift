// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Figures of the process, by the names that Prometheus' own client libraries give them. Those that `/proc` does not tell
/// are left out.
enum ProcessFigures {
    static func render(into exposition: inout Exposition) {
        let figures: [(String, Exposition.Kind, String, String?)] = [
            ("process_cpu_seconds_total", .counter, "Processor time spent, user and system.", cpuSeconds),
            ("process_resident_memory_bytes", .gauge, "Resident memory.", residentMemory),
            ("process_open_fds", .gauge, "Open file descriptors.", openDescriptors),
            ("process_max_fds", .gauge, "The most file descriptors the process may have open.", maximumDescriptors),
            ("process_start_time_seconds", .gauge, "When the process started, in seconds since 1970.", startTime),
        ]
        for (name, kind, help, value) in figures {
            exposition.add(name, kind, help, value.map { [Sample([], $0)] } ?? [])
        }
    }

    private static var cpuSeconds: String? {
        var time = timespec()
        guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return nil }
        return decimal(UInt64(clamping: time.tv_sec * 1_000_000 + time.tv_nsec / 1000), places: 6)
    }

    private static var residentMemory: String? {
        let fields = words(of: "/proc/self/statm")
        guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
        return "\(pages * sysconf(Int32(_SC_PAGESIZE)))"
    }

    private static var openDescriptors: String? {
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        // The directory's own descriptor is in the list, as are `.` and `..`.
        var count = -3
        while readdir(directory) != nil { count += 1 }
        return "\(count)"
    }

    private static var maximumDescriptors: String? {
        var limit = rlimit()
        #if canImport(Glibc)
            guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        #else
            guard getrlimit(RLIMIT_NOFILE, &limit) == 0 else { return nil }
        #endif
        return "\(limit.rlim_cur)"
    }

    /// The machine's start plus the process's, which `/proc` counts from it in ticks.
    private static let startTime: String? = {
        // Fields are counted after the command's name, which may hold anything but ends at the last parenthesis.
        let fields = contents(of: "/proc/self/stat").split(separator: ")").last?.split(separator: " ") ?? []
        let lines = contents(of: "/proc/stat").split(separator: "\n")
        guard fields.count > 19, let ticks = UInt64(fields[19]),
            let boot = lines.first(where: { $0.hasPrefix("btime ") })?.split(separator: " ").last,
            let boot = UInt64(boot)
        else { return nil }
        return decimal(boot * 100 + ticks * 100 / UInt64(clamping: sysconf(Int32(_SC_CLK_TCK))), places: 2)
    }()

    private static func words(of path: String) -> [Substring] { contents(of: path).split(separator: " ") }

    private static func contents(of path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
            count = fread(buffer.baseAddress, 1, buffer.count, file)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
