import Foundation

/// Lets one process at a time change a registry, so that of two results the better one stays the best.
///
/// Every change is whole without it, too; where a file system has no locks, or somebody holds one for long, it is done all
/// the same.
final class RegistryLock {
    private let file: Int32

    private static let patience = 10.0

    init(_ folder: String) {
        file = open(folder + "/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        let limit = Date(timeIntervalSinceNow: Self.patience)
        while file >= 0, flock(file, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK || errno == EINTR, Date() < limit {
            usleep(20_000)
        }
    }

    deinit { if file >= 0 { close(file) } }
}
