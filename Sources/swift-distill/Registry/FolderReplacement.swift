import CHost
import Foundation

/// Puts a whole folder in the place of another: whoever looks, and whatever is killed, finds the old one or the new one.
struct FolderReplacement {
    /// The folder's place.
    let path: String
    /// Where the one before it goes; nil removes it.
    var previous: String?

    private static let ending = ".tmp"

    /// Where the new one is made.
    private var fresh: String { "\(path).\(getpid())\(Self.ending)" }

    /// - Parameter fill: puts files into the folder of the new one.
    /// - Throws: what `fill` throws, and errors of Foundation; the old folder is in its place then.
    func replace(_ fill: (_ folder: String) throws -> Void) throws {
        let manager = FileManager.default
        do {
            try? manager.removeItem(atPath: fresh)
            try manager.createDirectory(atPath: fresh, withIntermediateDirectories: true)
            try fill(fresh)
            if chost_exchange(fresh, path) != 0 { return try moveInPlace() }
        } catch {
            try? manager.removeItem(atPath: fresh)
            throw error
        }
        // The old one has the fresh name now.
        if let previous, chost_exchange(fresh, previous) != 0 {
            return try manager.moveItem(atPath: fresh, toPath: previous)
        }
        try manager.removeItem(atPath: fresh)
    }

    /// Where there is none yet, and where the file system cannot exchange two folders.
    private func moveInPlace() throws {
        let manager = FileManager.default
        let aside = previous ?? "\(path).old.\(getpid())\(Self.ending)"
        let isReplacing = manager.fileExists(atPath: path)
        if isReplacing {
            try? manager.removeItem(atPath: aside)
            try manager.moveItem(atPath: path, toPath: aside)
        }
        do {
            try manager.moveItem(atPath: fresh, toPath: path)
        } catch {
            if isReplacing { try? manager.moveItem(atPath: aside, toPath: path) }
            throw error
        }
        if isReplacing, previous == nil { try manager.removeItem(atPath: aside) }
    }

    /// Removes what killed programs have left unfinished, a day later: until then somebody may be writing.
    static func removeAbandoned(in folder: String) {
        let manager = FileManager.default
        for name in (try? manager.contentsOfDirectory(atPath: folder)) ?? [] where isUnfinished(name) {
            let path = "\(folder)/\(name)"
            let date = (try? manager.attributesOfItem(atPath: path))?[.modificationDate] as? Date
            if let date, date.timeIntervalSinceNow < -86_400 { try? manager.removeItem(atPath: path) }
        }
    }

    static func isUnfinished(_ name: String) -> Bool { name.hasSuffix(ending) }
}
