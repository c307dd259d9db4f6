import CZip
import Diagnostics

/// Writes ZIP archives whose bytes depend on their entries alone.
enum ZipWriting {
    /// 1 January 1980, where the format's calendar begins: real dates would make equal contents differ.
    private static let date: (time: UInt16, day: UInt16) = (0, 0x21)

    /// The archive of entries that are stored as they are.
    ///
    /// - Throws: `Problem` when memory runs out.
    static func archive(_ entries: [(name: String, bytes: [UInt8])]) throws -> [UInt8] {
        guard let target = zip_source_buffer_create(nil, 0, 0, nil) else { throw failure("it cannot be begun") }
        // Kept beyond the closing, which gives the archive's own hold of it up.
        zip_source_keep(target)
        defer { zip_source_free(target) }
        guard let archive = zip_open_from_source(target, ZIP_TRUNCATE, nil) else {
            zip_source_free(target)
            throw failure("it cannot be begun")
        }
        // libzip reads the entries when the archive is closed; until then the copies must stay where they are.
        var copies: [UnsafeMutableRawBufferPointer] = []
        defer { for copy in copies { copy.deallocate() } }
        for entry in entries {
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(entry.bytes.count, 1), alignment: 16)
            copy.copyBytes(from: entry.bytes)
            copies.append(copy)
            guard let source = zip_source_buffer(archive, copy.baseAddress, UInt64(entry.bytes.count), 0) else {
                zip_discard(archive)
                throw failure("no room for '\(entry.name)'")
            }
            let index = zip_file_add(archive, entry.name, source, UInt32(ZIP_FL_ENC_UTF_8))
            guard index >= 0, zip_set_file_compression(archive, UInt64(index), Int32(ZIP_CM_STORE), 0) == 0,
                zip_file_set_dostime(archive, UInt64(index), date.time, date.day, 0) == 0
            else {
                zip_discard(archive)
                throw failure("'\(entry.name)' cannot be added")
            }
        }
        guard zip_close(archive) == 0 else {
            zip_discard(archive)
            throw failure("it cannot be finished")
        }
        return try contents(of: target)
    }

    private static func contents(of source: OpaquePointer) throws -> [UInt8] {
        var status = zip_stat_t()
        guard zip_source_stat(source, &status) == 0, zip_source_open(source) == 0 else {
            throw failure("it cannot be read back")
        }
        defer { zip_source_close(source) }
        let size = Int(status.size)
        return try [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
            while filled < size {
                let got = zip_source_read(source, buffer.baseAddress! + filled, UInt64(size - filled))
                guard got > 0 else { throw failure("it cannot be read back") }
                filled += Int(got)
            }
        }
    }

    private static func failure(_ what: String) -> Problem {
        Problem("the archive cannot be made: \(what)", remedy: "Free memory", exit: .internalError)
    }
}
