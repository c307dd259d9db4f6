import Foundation
import TestSupport
import Testing

/// Which folders `launch/quickstart.sh` draws into.
struct QuickstartTests {
    private let folder: Folder

    /// The script and the shipped recipe, among programs that only say how they are called.
    init() throws {
        folder = try Folder()
        let launch = folder.url.appending(path: "launch")
        let programs = folder.url.appending(path: ".build/release")
        let configs = folder.url.appending(path: "configs")
        for place in [launch, programs, configs] {
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        }
        for name in ["launch/quickstart.sh", "configs/distillation_config.yaml"] {
            try FileManager.default.copyItem(
                at: ProgramRun.root.appending(path: name), to: folder.url.appending(path: name))
        }
        for program in ["launch/setup.sh", "launch/install.sh", "launch/local.sh", ".build/release/swift-distill"] {
            let file = folder.url.appending(path: program)
            try Data("#!/bin/sh\necho called ${0##*/} $1\n".utf8).write(to: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        }
    }

    @Test(arguments: [
        ([], nil, true),
        (["train/images/x.jpg", "val/labels/x.txt"], "{ \"request\" : {} }", true),
        (["train/images/x.jpg", "val/labels/x.txt"], "{ \"request\" : {}, \"summary\" : {} }", false),
        (["train/images/x.jpg"], nil, false),
        (["val/images/x.jpg"], nil, true),
    ])
    func onlyUnfinishedSetsAreDrawn(_ files: [String], _ marker: String?, _ isDrawn: Bool) throws {
        let data = folder.url.appending(path: "automl_workspace/data_pipeline/distillation")
        for (name, text) in files.map({ ($0, "") }) + (marker.map { [("scenes.json", $0)] } ?? []) {
            let file = data.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        let outcome = try ProgramRun.start(["bash", folder.url.appending(path: "launch/quickstart.sh").path])
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("called swift-distill synth") == isDrawn, "\(outcome.output)")
        #expect(outcome.lines.last == "called local.sh 2")
    }
}
