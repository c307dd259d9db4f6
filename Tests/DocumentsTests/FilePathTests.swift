import Diagnostics
import Foundation
import Testing

@Suite struct FilePathTests {
    /// Foundation's own call traps at relative names of one character.
    @Test(arguments: [
        ("", ""), ("/", "/"), ("//", "/"), ("a", ""), ("/a", "/"), ("a/", ""), ("a//b", "a"), ("..", ""), (".", ""),
        ("~", ""), ("~/", ""), ("a/b", "a"), ("/a/b/", "/a"), ("a/..", "a"), ("//a", "/"), ("a//", ""), ("ab", ""),
        ("r/\u{301}x", "r"), ("é", ""),
    ]) func theFolderOfAPathIsThePathWithoutItsLastPart(_ path: String, _ folder: String) {
        #expect(FilePath.folder(of: path) == folder)
    }

    @Test func onlyALeadingTildeBeforeASlashIsTheHomeFolder() throws {
        let home = try #require(ProcessInfo.processInfo.environment["HOME"])
        #expect(FilePath.home == home)
        #expect(FilePath.expanded("~") == home && FilePath.expanded("~/a/~") == home + "/a/~")
        for path in ["", "a", "/~", "a/~/b", "./~"] { #expect(FilePath.expanded(path) == path) }
        // Foundation would look these up in the password file.
        #expect(FilePath.expanded("~root/a") == "./~root/a" && FilePath.expanded("~~") == "./~~")
    }
}
