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
        (".", ["a.jpg", "b.PNG", "we,ird [1].jpg"]), ("a.jpg", ["a.jpg"]), ("b.PNG", ["b.PNG"]),
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

    @Test func subfoldersBelongToAFolderOnRequest() throws {
        let folder = try folder(["a.jpg", "sub/c.jpg", "sub/deep/d.jpg", "sub/.hidden/e.jpg", "sub/notes.txt"])
        defer { try? FileManager.default.removeItem(at: folder) }
        func names(_ source: String, deeply: Bool) throws -> [String] {
            try PictureSources.files(source, workingDirectory: folder.path, deeply: deeply)
                .map { String($0.split(separator: "/").last ?? "") }
        }
        #expect(try names("sub", deeply: false) == ["c.jpg"])
        #expect(try names("sub", deeply: true) == ["c.jpg", "d.jpg"])
        #expect(try names("**", deeply: false) == ["a.jpg", "c.jpg", "d.jpg"])
    }

    @Test func aListNamesPicturesFromTheWorkingDirectoryOrFromItsOwnFolder() throws {
        let folder = try folder(["a.jpg", "sub/c.jpg", "sub/deep/d.jpg", "sub/deep/e.png"])
        defer { try? FileManager.default.removeItem(at: folder) }
        let list = folder.appending(path: "sub/list.txt")
        func names(_ text: String) throws -> [String] {
            try Data(text.utf8).write(to: list)
            return try PictureSources.files("sub/list.txt", workingDirectory: folder.path)
                .map { String($0.split(separator: "/").last ?? "") }
        }
        #expect(try names("\u{FEFF}a.jpg\r\n\n  c.jpg \r\n") == ["a.jpg", "c.jpg"])
        #expect(try names("deep/*.png\nsub/deep") == ["d.jpg", "e.png", "e.png"])
        let problem = #expect(throws: Problem.self) { try names("a.jpg\nb.jpg\n") }
        #expect(problem?.line == 2 && problem?.exit == .missingInput && problem?.message.contains("'b.jpg'") == true)
        #expect(throws: Problem.self) { try names("\n") }
    }

    @Test(arguments: [
        ("v.mp4", "video"), ("v.MOV", "video"), ("0", "camera"), ("https://host/a.jpg", "address"),
        ("rtsp://host/stream", "address"), ("screen", "screen"), ("list.streams", "streams"),
    ]) func whatIsNoPictureIsToldApart(_ source: String, _ word: String) throws {
        for names in [["a.jpg"], ["a.jpg", "v.mp4"]] {
            let folder = try folder(names)
            defer { try? FileManager.default.removeItem(at: folder) }
            let problem = #expect(throws: Problem.self) {
                try PictureSources.files(source, workingDirectory: folder.path)
            }
            #expect(problem?.exit == .commandLine && problem?.message.contains(word) == true)
        }
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
