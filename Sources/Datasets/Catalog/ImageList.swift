import Diagnostics
import Foundation

/// A text file with the path of one image per line, as people and other programs write them.
struct ImageList {
    private let file: String
    /// Where the data set is.
    private let root: String
    /// Where the list is.
    private let folder: String
    private let workingDirectory = FileManager.default.currentDirectoryPath

    /// Some million lines.
    static let largestFile = 128 << 20

    init(_ file: String, root: String) {
        self.file = file
        self.root = root
        folder = String(file[..<(file.lastIndex(of: "/") ?? file.startIndex)])
    }

    /// The images in order, those that are not there under the name that is meant most probably.
    ///
    /// Throws when none of them is there.
    func paths() throws -> [String] {
        var firstMissing: (line: Int, text: String)?
        var paths: [String] = []
        var missing = 0
        for (number, line) in try lines().enumerated() where FileSearch.isImage(line) {
            let (path, exists) = found(line)
            paths.append(path)
            if exists { continue }
            missing += 1
            firstMissing = firstMissing ?? (number + 1, line)
        }
        if let firstMissing, missing == paths.count {
            throw Problem(
                "none of its \(counted(missing, "image")) is there, such as '\(firstMissing.text)'", file: file,
                line: firstMissing.line,
                remedy: "Correct the paths: './' stands for the list's folder; other relative lines are looked for "
                    + "from the working directory (\(workingDirectory)), the list's folder and the data set's (\(root))",
                exit: .missingInput)
        }
        return paths
    }

    private func lines() throws -> [String] {
        var bytes: [UInt8]
        do {
            bytes = try RegularFile.bytes(file, atMost: Self.largestFile + 1) ?? []
        } catch {
            throw Problem(
                error.reason, file: file, remedy: "Name a folder of images, or a text file with one path per line",
                exit: .missingInput)
        }
        guard bytes.count <= Self.largestFile else {
            throw Problem(
                "a list of more than \(Self.largestFile) bytes is not read", file: file,
                remedy: "Name a folder of images")
        }
        if let encoding = TextEncoding.other(of: bytes) {
            throw Problem("is \(encoding) text", file: file, remedy: "Save it as UTF-8")
        }
        bytes.removeFirst(TextEncoding.markLength(bytes))
        let blanks: Set<UInt8> = [9, 11, 12, 13, 32]
        let lines = bytes.split(separator: bytes.contains(10) ? 10 : 13, omittingEmptySubsequences: false)
        return lines.map { line in
            let tail = line.drop { blanks.contains($0) }
            let end = tail.lastIndex { !blanks.contains($0) }.map { $0 + 1 } ?? tail.startIndex
            return PathText.text(Array(tail[..<end]))
        }
    }

    /// The file that a line means, and whether it is there.
    private func found(_ line: String) -> (path: String, exists: Bool) {
        let places = places(line) + (line.contains("\\") ? places(line.replacing("\\", with: "/")) : [])
        if let path = places.first(where: FileSearch.exists) { return (path, true) }
        return (line.hasPrefix("/") ? line : folder + "/" + line, false)
    }

    /// Where a line may lead to: as it is written, as the reference reads it; then as other programs mean it.
    private func places(_ line: String) -> [String] {
        if line.hasPrefix("/") { return [line] }
        let isMarked = line.hasPrefix("./")
        let name = isMarked ? line.dropFirst(2) : line[...]
        let places = ((isMarked ? [] : [workingDirectory]) + [folder, root]).map { $0 + "/" + name }
        // The folder that CVAT puts before the paths of its exports.
        guard let slash = name.firstIndex(of: "/") else { return places }
        return places + [folder, root].map { $0 + name[slash...] }
    }
}
