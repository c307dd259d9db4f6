import Foundation
import TestSupport
import Testing

/// `launch/install.sh` and `launch/package.sh`, with the ranks of `collectives-check` in place of the program.
@Suite(.serialized) final class InstallTests {
    private let folder: URL
    /// Says a version, and is `collectives-check` otherwise.
    private let program: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "in stall-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        program = folder.appending(path: "stub")
        let text = "#!/bin/bash\n[ \"$1\" = --version ] && echo 9.8.7 || exec '\(ProgramRun.check)' \"$@\"\n"
        try Data(text.utf8).write(to: program)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func launch(_ script: String, _ arguments: String...) throws -> ProgramRun.Outcome {
        try ProgramRun.start(
            [ProgramRun.root.appending(path: "launch/\(script)").path] + arguments,
            environment: ["SD_BINARY": program.path, "HOME": folder.path], in: folder)
    }

    /// Every file in the folder but the stub, and every link.
    private func files() -> [String] {
        let all = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return all.filter { path in
            var isFolder: ObjCBool = false
            let place = folder.appending(path: path).path
            return path != "stub"
                && !(FileManager.default.fileExists(atPath: place, isDirectory: &isFolder) && isFolder.boolValue)
        }
    }

    @Test func afterTheInstallationMpirunFindsTheProgramByName() throws {
        let installed = try launch("install.sh")
        #expect(installed.code == 0, "\(installed)")
        // The one thing that is left to do is printed as it is to be written.
        let line = try #require(installed.lines.first { $0.hasPrefix("export PATH=") }, "\(installed)")
        let share = folder.appending(path: ".local/share/swift-distill").path
        let commands = "\(line)\n. '\(share)/launch/env.sh'\nmpirun -np 8 swift-distill who"
        let run = try ProgramRun.start(["bash", "-c", commands], in: folder)
        #expect(run.code == 0 && run.lines.count == 8, "\(run)")
        let again = try launch("install.sh", folder.appending(path: ".local").path)
        #expect(again.code == 0, "\(again)")
        #expect(files().filter { $0.hasSuffix("/bin/swift-distill") }.count == 2, "\(files())")
        #expect(try launch("install.sh", "--uninstall").code == 0)
        #expect(files().isEmpty, "\(files())")
        #expect(try launch("install.sh", "--uninstall").code == 66)
    }

    @Test func theScriptsOfAnInstallationFindTheirProgramAlsoThroughLinks() throws {
        #expect(try launch("install.sh", "own").code == 0)
        let link = folder.appending(path: "link.sh")
        let script = folder.appending(path: "own/share/swift-distill/launch/local.sh")
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: script)
        for path in [link.path, script.path] {
            let run = try ProgramRun.start([path, "2", "who"], environment: ["SD_BIND": "none"])
            #expect(run.code == 0 && run.lines.count == 2, "\(run)")
        }
    }

    @Test func whatWasChangedOrIsSomebodyElsesIsKept() throws {
        #expect(try launch("install.sh", "own").code == 0)
        let recipe = "own/share/swift-distill/configs/train_teacher.yaml"
        try Data("mine: true\n".utf8).write(to: folder.appending(path: recipe))
        let again = try launch("install.sh", "own")
        #expect(again.code == 0 && again.errors.contains("left alone"), "\(again)")
        let kept = files().filter { $0.contains("/lib/") && $0.hasSuffix("train_teacher.yaml") }
        let texts = try kept.map { try String(contentsOf: folder.appending(path: $0), encoding: .utf8) }
        #expect(texts.contains("mine: true\n"))
        let other = folder.appending(path: "other/share/swift-distill")
        try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
        let refused = try launch("install.sh", "other")
        #expect(refused.code == 73 && refused.errors.contains("is in the way"), "\(refused)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "other").path) == ["share"])
    }

    @Test func anArchiveWorksWhereItIsUnpacked() throws {
        let packed = try launch("package.sh", "it.tar.gz")
        #expect(packed.code == 0, "\(packed)")
        let place = folder.appending(path: "some where")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        let unpacked = try ProgramRun.start(["tar", "-xzf", "it.tar.gz", "-C", place.path], in: folder)
        #expect(unpacked.code == 0, "\(unpacked)")
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: place.path).first)
        #expect(name.hasPrefix("swift-distill-9.8.7-"))
        let tree = place.appending(path: name)
        let hosts = folder.appending(path: "hosts")
        try Data("localhost slots=2\n".utf8).write(to: hosts)
        for words in [["local.sh", "2"], ["cluster.sh", hosts.path]] {
            let run = try ProgramRun.start(
                [tree.appending(path: "launch/\(words[0])").path, words[1], "who"], environment: ["SD_BIND": "none"])
            #expect(run.code == 0 && run.lines.count == 2, "\(run)")
        }
        let bare = try ProgramRun.start([tree.appending(path: "bin/swift-distill").path, "who"])
        #expect(bare.output == "rank 0 of 1, here 0 of 1\n", "\(bare)")
        #expect(try launch("package.sh", "it.zip").code == 64)
    }
}
