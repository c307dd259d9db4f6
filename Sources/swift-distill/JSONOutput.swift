import Checkpoints
import Collectives
import Configuration
import Diagnostics
import Foundation

/// Where a command's result goes for programs.
///
/// Where that is standard output, nothing else goes there: all that is for people goes to standard error.
struct JSONOutput {
    private let file: String?
    /// What was standard output.
    private let output: Int32?

    /// Takes `--json` out of the arguments; rank 0 writes.
    ///
    /// - Throws: `Problem` of exit code `inputOutput` when the file could not be written at the end.
    static func take(from arguments: inout [String], names: KeyNames, on ranks: any Communicator) throws -> JSONOutput {
        switch ResultPlace.take(from: &arguments, names: names) {
        case .nowhere: return JSONOutput(file: nil, output: nil)
        case .file where ranks.rank > 0: return JSONOutput(file: nil, output: nil)
        case .file(let path):
            let folder = FilePath.folder(of: path)
            guard access(folder.isEmpty ? "." : folder, W_OK) == 0 else {
                throw Problem(
                    "cannot be written: \(String(cString: strerror(errno)))", file: path,
                    remedy: "Choose a file in a folder that you may write to", exit: .inputOutput)
            }
            return JSONOutput(file: path, output: nil)
        case .standardOutput:
            fflush(nil)
            let output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)
            guard output >= 0, dup2(STDERR_FILENO, STDOUT_FILENO) >= 0 else {
                throw Problem(
                    "standard output is closed", file: "--json", remedy: "Write `--json FILE`", exit: .inputOutput)
            }
            return JSONOutput(file: nil, output: output)
        }
    }

    /// Writes a result, if anybody asked for it.
    ///
    /// - Throws: `Problem` naming the file.
    func write(_ result: some Encodable) throws {
        guard file != nil || output != nil else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let bytes = Array(try encoder.encode(result)) + [0x0A]
        if let file { try writeDurably(bytes, to: file) }
        if let output { try JSONOutput.write(bytes, to: output) }
    }

    private static func write(_ bytes: [UInt8], to output: Int32) throws {
        var position = 0
        while position < bytes.count {
            let count = bytes[position...].withUnsafeBytes { Glibc.write(output, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                throw Problem(
                    "cannot be written: \(String(cString: strerror(errno)))", file: "standard output",
                    remedy: "Write `--json FILE`", exit: .inputOutput)
            }
            position += count
        }
    }
}
