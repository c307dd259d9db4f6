import CImage
import Diagnostics

extension Canvas {
    /// The canvas as a JPEG.
    ///
    /// - Parameter quality: 1 to 100.
    public func jpeg(quality: Int = 95) throws -> [UInt8] {
        var memory: UnsafeMutablePointer<UInt8>?
        var count = 0
        var message = [CChar](repeating: 0, count: Int(CIMAGE_MESSAGE_SIZE))
        let status = cimage_encode_jpeg(
            rgb, Int32(columns), Int32(rows), Int32(quality), &memory, &count, &message, message.count)
        guard status == CIMAGE_OK, let memory else {
            let text = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw Problem("a picture cannot be made: \(String(decoding: text, as: UTF8.self))")
        }
        defer { cimage_free(memory) }
        return Array(UnsafeBufferPointer(start: memory, count: count))
    }
}
