import Diagnostics
import Foundation
import Synchronization

/// Names of files that are being written, made so that a later process can tell that they were left behind.
enum UnfinishedFile {
    private static let ending = ".tmp"
    private static let counter = Atomic<Int>(0)

    /// `path.host-pid-number.tmp`, a name that no other process and no other thread uses.
    static func name(for path: String) -> String {
        let number = counter.wrappingAdd(1, ordering: .relaxed).oldValue
        return "\(path).\(HostName.own)-\(getpid())-\(number)\(ending)"
    }

    /// Whether a file name in a folder is one of these, whoever made it.
    static func matches(_ name: String) -> Bool {
        guard name.hasSuffix(ending) else { return false }
        let parts = name.dropLast(ending.count).split(separator: "-", omittingEmptySubsequences: false)
        return parts.count >= 3 && parts.suffix(2).allSatisfy { Int($0) != nil } && parts[0].contains(".")
    }
}
