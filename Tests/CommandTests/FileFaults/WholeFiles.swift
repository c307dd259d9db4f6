import Checkpoints
import Diagnostics
import Foundation

/// Whether files under their final names are whole.
enum WholeFiles {
    /// What is wrong with the files in a folder and below, a line each.
    static func faults(in folder: URL) throws -> [String] {
        try paths(in: folder).compactMap { path in
            let file = folder.appending(path: path)
            return try? fault(of: file.path, Data(contentsOf: file)).map { "\(path) \($0)" }
        }
    }

    /// Files in a folder and below, unfinished ones not.
    static func paths(in folder: URL) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { path in
            var isFolder: ObjCBool = false
            let exists = FileManager.default.fileExists(
                atPath: folder.appending(path: path).path, isDirectory: &isFolder)
            return exists && !isFolder.boolValue && !path.hasSuffix(".tmp") && !path.contains(".tmp/")
                && !path.contains(".dat.nosync")
        }.sorted()
    }

    /// Nil when it is whole, or when its form says nothing about that.
    private static func fault(of path: String, _ bytes: Data) -> String? {
        let name = (path as NSString).lastPathComponent
        if name.hasPrefix("events.out.tfevents") { return recordsFault(bytes) }
        let isLines = bytes.isEmpty || bytes.last == UInt8(ascii: "\n")
        switch (name as NSString).pathExtension {
        case "safetensors": return read { _ = try SafeTensors(contentsOf: path) }
        case "pt": return read { _ = try ModelFile.read(path) }
        case "json": return read { _ = try JSONSerialization.jsonObject(with: bytes) }
        case "png": return bytes.suffix(8).prefix(4) == Data("IEND".utf8) ? nil : "has no end"
        case "jpg": return bytes.suffix(2) == Data([0xFF, 0xD9]) ? nil : "has no end"
        case "yaml": return isLines && !bytes.isEmpty ? nil : "has no end"
        case "jsonl":
            return read {
                guard isLines else { throw Problem("ends within a line") }
                for line in bytes.split(separator: 0x0A) { _ = try JSONSerialization.jsonObject(with: Data(line)) }
            }
        case "csv":
            let rows = bytes.split(separator: 0x0A).map { $0.split(separator: UInt8(ascii: ",")).count }
            return isLines && Set(rows).count <= 1 ? nil : "has a torn row"
        default: return nil
        }
    }

    private static func read(_ body: () throws -> Void) -> String? {
        do { try body() } catch { return "is not whole: \(error)" }
        return nil
    }

    /// Records of length (8 bytes), its sum (4), data and their sum (4).
    private static func recordsFault(_ bytes: Data) -> String? {
        var place = 0
        while place + 12 <= bytes.count {
            place += 16 + (0..<8).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
        }
        return place == bytes.count ? nil : "ends within a record"
    }
}
