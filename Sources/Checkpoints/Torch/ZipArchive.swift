import CZip
import Diagnostics
import Documents
import Foundation

/// A ZIP archive open for reading, its entries found through the central directory.
final class ZipArchive {
    /// One entry as the central directory describes it.
    struct Entry {
        var index: UInt64
        var size: Int
    }

    let path: String
    /// Bytes of the archive on disk.
    let fileSize: Int
    private(set) var entries: [String: Entry] = [:]
    private let handle: OpaquePointer

    /// Opens an archive and checks its directory.
    ///
    /// - Throws: `Problem` when it is no archive, truncated, or its directory contradicts itself or the file's size.
    init(_ path: String, fileSize: Int, limits: ReadingLimits) throws {
        self.path = path
        self.fileSize = fileSize
        var code: Int32 = 0
        guard let handle = zip_open(path, ZIP_RDONLY, &code) else { throw Self.failure(path, code) }
        self.handle = handle
        let count = zip_get_num_entries(handle, 0)
        guard count <= limits.archiveEntries else { throw damaged("has \(count) entries") }
        for index in 0..<UInt64(max(count, 0)) { try list(index, limits) }
    }

    deinit { zip_discard(handle) }

    private func list(_ index: UInt64, _ limits: ReadingLimits) throws {
        var status = zip_stat_t()
        let needed = UInt64(ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD)
        guard zip_stat_index(handle, index, 0, &status) == 0, status.valid & needed == needed, let text = status.name
        else { throw damaged("does not describe entry \(index)") }
        let name = String(cString: text)
        guard entries[name] == nil else { throw damaged("has two entries '\(name)'") }
        guard status.valid & UInt64(ZIP_STAT_ENCRYPTION_METHOD) == 0 || status.encryption_method == ZIP_EM_NONE else {
            throw Problem("is encrypted", file: path, remedy: "Save the checkpoint without a password")
        }
        let isStored = Int32(status.comp_method) == ZIP_CM_STORE
        guard isStored || Int32(status.comp_method) == ZIP_CM_DEFLATE else {
            throw damaged("packs '\(name)' with the unknown method \(status.comp_method)")
        }
        guard status.comp_size <= UInt64(fileSize), !isStored || status.size == status.comp_size,
            status.size <= UInt64(limits.tensorBytes(fileSize: fileSize))
        else { throw damaged("gives '\(name)' an impossible size") }
        entries[name] = Entry(index: index, size: Int(status.size))
    }

    /// The bytes of an entry, checked against its size and checksum; nil when there is none of this name.
    func read(_ name: String) throws -> [UInt8]? {
        guard let entry = entries[name] else { return nil }
        guard let file = zip_fopen_index(handle, entry.index, 0) else {
            throw damaged("cannot give entry '\(name)'")
        }
        defer { zip_fclose(file) }
        // Grown as the bytes come, so that a packed entry cannot claim memory that it never fills.
        var bytes: [UInt8] = []
        while bytes.count < entry.size {
            let wanted = min(entry.size - bytes.count, max(1 << 20, bytes.count))
            let chunk = try [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
                let got = zip_fread(file, buffer.baseAddress, UInt64(wanted))
                guard got > 0 else { throw damaged("has too few bytes, or wrong ones, in entry '\(name)'") }
                filled = Int(got)
            }
            if bytes.isEmpty { bytes = chunk } else { bytes += chunk }
        }
        // Only the read that meets the end compares the checksum.
        var extra: UInt8 = 0
        guard zip_fread(file, &extra, 1) == 0 else { throw damaged("has wrong bytes in entry '\(name)' (checksum)") }
        return bytes
    }

    private func damaged(_ what: String) -> Problem {
        Problem(
            Node.printable("is a damaged archive: it \(what)", limit: 300), file: path,
            remedy: "Copy or download it again")
    }

    private static func failure(_ path: String, _ code: Int32) -> Problem {
        switch code {
        case ZIP_ER_NOZIP, ZIP_ER_INCONS, ZIP_ER_EOF, ZIP_ER_READ, ZIP_ER_SEEK:
            Problem(
                "is truncated or damaged: the directory at the end of the archive is missing or wrong", file: path,
                remedy: "Copy or download it again")
        default:
            Problem("cannot be opened as a ZIP archive (libzip error \(code))", file: path, remedy: "Check the file")
        }
    }
}
