import Diagnostics

/// What a file is by its first bytes, whatever its name ends with.
enum FileKind: Equatable {
    /// A ZIP archive, such as a `.pt` file.
    case archive
    case safetensors
    /// Something that people hand over by mistake, and what to do about it.
    case other(String, remedy: String)

    static func of(_ file: InputFile) throws -> FileKind {
        let start = try file.read(at: 0, count: min(file.size, 64))
        let text = String(decoding: start, as: UTF8.self).lowercased()
        if start.starts(with: [0x50, 0x4B, 0x03, 0x04]) || start.starts(with: [0x50, 0x4B, 0x05, 0x06]) {
            return .archive
        }
        if start.count > 8 && start[8] == UInt8(ascii: "{") { return .safetensors }
        if text.hasPrefix("version https://git-lfs") {
            return .other("is a Git LFS pointer, not the file itself", remedy: "Run 'git lfs pull'")
        }
        if text.hasPrefix("<!doctype") || text.hasPrefix("<html") {
            return .other("is a web page, not a model", remedy: "Download the file itself")
        }
        if start.starts(with: [0x80, 0x02, 0x8A, 0x0A]) {
            return .other(
                "was written by PyTorch before 1.6", remedy: "Load it in a current PyTorch and save it again")
        }
        // An ONNX model begins with the version of its format, then with the name or version of the program that wrote it.
        if start.count > 4, start[0] == 0x08, start[1] < 32, [0x12, 0x1A, 0x22, 0x42].contains(start[2]) {
            return .other(
                "is an ONNX model: a finished graph, whose weights cannot be taken out exactly",
                remedy: "Give the .pt or .safetensors file that it was exported from")
        }
        if start.starts(with: [0x80]) {
            return .other("is a bare pickle, not a checkpoint", remedy: "Save the model with torch.save")
        }
        return .other(
            "is neither a PyTorch checkpoint (.pt) nor a safetensors file, or its beginning is damaged",
            remedy: "Check that this is the file you mean, and copy or download it again")
    }

    /// - Throws: `Problem` when this is another kind.
    func require(_ kind: FileKind, path: String) throws {
        if self == kind { return }
        switch self {
        case .other(let message, let remedy): throw Problem(message, file: path, remedy: remedy)
        case .archive:
            throw Problem("is a ZIP archive, not a safetensors file", file: path, remedy: "Give a safetensors file")
        case .safetensors:
            throw Problem("is a safetensors file, not a .pt checkpoint", file: path, remedy: "Give a .pt file")
        }
    }
}
