import Diagnostics
import Foundation
import TestSupport

/// A call on a file that fails.
struct FileFault: CustomStringConvertible {
    /// As `Tests/FaultyFiles/faulty_files.c` names it.
    var kind: String
    /// Shell pattern of its path below the folder of the run.
    var pattern: String
    /// Which of these calls, counted from 1.
    var number = 1
    /// 0 lets a write take half of its bytes, which is no failure.
    var code: Int32
    /// Whether all calls after it fail, too.
    var isLasting = false

    var description: String {
        let reason = code == 0 ? "is short" : "fails: \(String(cString: strerror(code)))"
        return "\(kind) \(number)\(isLasting ? " and later" : "") of \(pattern) \(reason)"
    }

    /// The file's own name, as a message has it; a save that fails to keep the one before is a failed save.
    var name: String {
        let last = (pattern as NSString).lastPathComponent
        return (last.components(separatedBy: ".*").first ?? last).replacing(".prev", with: "")
    }
}

/// The library that lets calls on files fail, built from its source.
final class FaultyFiles: Sendable {
    private let folder: Folder
    private var library: String { folder.url.appending(path: "libfaulty_files.so").path }

    /// Whether it can be built here.
    static let canBuild = (try? ProgramRun.start(["cc", "--version"]).code) == 0

    init() throws {
        folder = try Folder()
        let source = ProgramRun.root.appending(path: "Tests/FaultyFiles/faulty_files.c").path
        let built = try ProgramRun.start(["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"])
        guard built.code == 0 else { throw Problem("cannot be built: \(built.errors)", file: source) }
    }

    /// Runs the program in a folder while a call fails; tells how it ended and the calls that it made, as patterns.
    func run(
        _ words: [String], in folder: URL, failing fault: FileFault? = nil
    ) throws -> (outcome: ProgramRun.Outcome, calls: [(kind: String, pattern: String)]) {
        let root = folder.resolvingSymlinksInPath().path
        let log = self.folder.url.appending(path: "calls-\(UUID().uuidString)").path
        var environment = [
            "LD_PRELOAD": library, "FAULTY_FILES_ROOT": root, "FAULTY_FILES_LOG": log,
            "XDG_CACHE_HOME": root + "/cache",
        ]
        if let fault {
            environment["FAULTY_FILES_KIND"] = fault.kind
            environment["FAULTY_FILES_PATH"] = "\(root)/\(fault.pattern)"
            environment["FAULTY_FILES_NUMBER"] = "\(fault.number)"
            environment["FAULTY_FILES_ERROR"] = "\(fault.code)"
            environment["FAULTY_FILES_LASTING"] = fault.isLasting ? "1" : nil
        }
        let outcome = try ProgramRun.start([Program.path] + words, environment: environment, in: folder)
        let lines = ((try? String(contentsOfFile: log, encoding: .utf8)) ?? "").split(separator: "\n")
        try? FileManager.default.removeItem(atPath: log)
        return (
            outcome,
            lines.compactMap { line in
                let parts = line.split(separator: "\t", maxSplits: 1).map(String.init)
                return parts.count == 2 ? (parts[0], Self.pattern(String(parts[1].dropFirst(root.count + 1)))) : nil
            }
        )
    }

    /// A path without what is another in every run: hosts, processes and times in the names of files.
    static func pattern(_ path: String) -> String {
        path.replacing(#/\.[^\/]+-[0-9]+-[0-9]+\.tmp/#, with: ".*.tmp")
            .replacing(#/\.[0-9]+\.tmp/#, with: ".*.tmp")
            .replacing(#/\.dat\.nosync[^\/]*/#, with: ".dat.nosync*")
            .replacing(#/events\.out\.tfevents\.[^\/]*/#, with: "events.out.tfevents.*")
    }
}
