import Datasets
import Diagnostics
import Foundation
import Testing

@Suite struct PictureSourcesTests {
    /// A folder with these files.
    private func folder(_ names: [String]) throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sources-\(UUID().uuidString)")
        for name in names {
            let file = folder.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data().write(to: file)
        }
        return folder
    }

    @Test(arguments: [
        (".", ["a.jpg", "b.PNG", "we,ird [1].jpg"]), ("a.jpg", ["a.jpg"]), ("notes.txt", ["notes.txt"]),
        ("*.jpg", ["a.jpg", "we,ird [1].jpg"]), ("we,ird [1].jpg", ["we,ird [1].jpg"]), ("?.*", ["a.jpg", "b.PNG"]),
        ("**/*.jpg", ["a.jpg", "sub/c.jpg", "sub/deep/d.jpg", "we,ird [1].jpg"]), ("sub/*/d.jpg", ["sub/deep/d.jpg"]),
    ])
    func aSourceIsAFileAFolderOrAPattern(_ source: String, _ expected: [String]) throws {
        let folder = try folder([
            "a.jpg", "b.PNG", "notes.txt", ".hidden.jpg", "sub/c.jpg", "sub/deep/d.jpg", "we,ird [1].jpg",
        ])
        defer { try? FileManager.default.removeItem(at: folder) }
        let found = try PictureSources.files(source, workingDirectory: folder.path)
        let names = found.map { $0.replacingOccurrences(of: "/./", with: "/").dropFirst(folder.path.count + 1) }
        #expect(names.map(String.init).sorted() == expected.sorted())
    }

    @Test(arguments: ["nothing.jpg", "*.gif", "empty"]) func noPicturesAreSaidSo(_ source: String) throws {
        let folder = try folder(["empty/notes.txt"])
        defer { try? FileManager.default.removeItem(at: folder) }
        do {
            _ = try PictureSources.files(source, workingDirectory: folder.path)
            Issue.record("\(source) was found")
        } catch let problem as Problem {
            #expect(problem.exit == .missingInput && problem.file == source)
        }
    }
}
