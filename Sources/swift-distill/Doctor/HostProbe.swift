import CHost
import Checkpoints
import Collectives
import Configuration
import Diagnostics
import Foundation
import Tensors

/// Looks at this process and its host.
enum HostProbe {
    /// What this rank knows.
    ///
    /// - Parameter threads: compute threads that were asked for, 0 for those a run would choose.
    static func facts(threads: Int, sums: [SumCheck], ranks: any Communicator) throws -> RankFacts {
        var recipe = Recipe()
        recipe.threads = threads
        let mpi = ranks as? MPICommunicator
        let folder = FileManager.default.currentDirectoryPath
        let network = chost_is_network_disk(folder)
        return RankFacts(
            rank: ranks.rank, host: HostName.own, process: ProcessInfo.processInfo.processIdentifier,
            program: Machine.program,
            allowedCores: Machine.allowedCores, physicalCores: Int(chost_physical_cores()),
            hostCores: Int(chost_host_cores()),
            coreQuota: chost_core_quota(), threads: try Machine.computeThreads(recipe, ranks: ranks),
            processor: processor, features: features, kernel: matrixProductKernel,
            blasSettings: blasSettings, mpi: mpi == nil ? nil : MPICommunicator.library, threadLevel: mpi?.threadLevel,
            addsAsTree: mpi?.addsAsTree ?? true, libraries: libraries, freeMemory: chost_available_bytes(),
            freeDisk: chost_free_disk_bytes(folder), freeSharedMemory: chost_free_disk_bytes("/dev/shm"),
            isNetworkDisk: network < 0 ? nil : network == 1, folder: folder,
            isFolderWritable: FileManager.default.isWritableFile(atPath: folder), limits: limits, sums: sums)
    }

    private static var features: [String] {
        let known = ["avx", "avx2", "fma", "f16c", "avx512f", "avx512bw", "avx512vl", "avx512_vnni", "avx512_bf16"]
        let found = Set((processor("flags") ?? "").split(separator: " ").map(String.init))
        return known.filter(found.contains)
    }

    /// What the kernel calls the processor.
    static var processor: String { processor("model name") ?? "unknown" }

    private static var blasSettings: [String: String] {
        let names = ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_CORETYPE"]
        return ProcessInfo.processInfo.environment.filter { names.contains($0.key) }
    }

    /// A line of what the kernel says about the first core.
    static func processor(_ key: String) -> String? {
        let line = lines("/proc/cpuinfo").first { $0.hasPrefix(key) }
        guard let line, let colon = line.firstIndex(of: ":") else { return nil }
        return line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }

    /// Files, with their versions, of the libraries that are loaded and matter.
    private static var libraries: [String] {
        let known = ["libopenblas", "libmpi.", "libjpeg", "libpng", "libyaml", "libzip", "libz."]
        let files = lines("/proc/self/maps").compactMap { line in
            line.firstIndex(of: "/").map { (String(line[$0...]) as NSString).lastPathComponent }
        }
        return Set(files).filter { file in known.contains { file.hasPrefix($0) } }.sorted()
    }

    /// Files of the kernel have no size; what reads them as files with one gets their first page.
    private static func lines(_ path: String) -> [Substring] {
        let bytes = (try? FileHandle(forReadingAtPath: path)?.readToEnd()) ?? Data()
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }

    private static var limits: RankFacts.Limits {
        func soft(_ name: String) -> Int? {
            let line = lines("/proc/self/limits").first { $0.hasPrefix(name) }
            return line?.dropFirst(name.count).split(separator: " ").first.flatMap { Int($0) }
        }
        return RankFacts.Limits(
            files: soft("Max open files"), fileSize: soft("Max file size"), addressSpace: soft("Max address space"))
    }
}
