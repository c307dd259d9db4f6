import Diagnostics
import Foundation

/// The few lines that a communicator itself has to say.
enum StandardError {
    /// Writes one line in one call, so that lines of several ranks never mix; a closed stream is no failure.
    static func line(_ text: String) {
        let bytes = Array("swift-distill: \(text.printable())\n".utf8)
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
