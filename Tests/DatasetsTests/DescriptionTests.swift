import Configuration
import Diagnostics
import Foundation
import Testing

@testable import Datasets

@Suite struct DescriptionTests {
    let folder = TemporaryFolder()

    private func describe(_ dataset: String) throws -> DatasetDescription {
        var recipe = Recipe()
        recipe.distillationDataset = dataset.isEmpty ? "" : folder.path + "/" + dataset
        return try DatasetDescription(of: recipe)
    }

    private func read(_ yaml: String) throws -> DatasetDescription {
        try DatasetDescription(reading: folder.write("data.yaml", text: yaml))
    }

    @Test(arguments: ["val", "valid", "validation"]) func aDirectoryIsDescribedOnce(name: String) throws {
        folder.write("set/train/images/x.jpg", [])
        folder.write("set/\(name)/images/x.jpg", [])
        var first = try describe("set/")
        #expect(first.names == DatasetDescription.wildfireNames)
        #expect(first.train.places == [folder.path + "/set/train/images"])
        #expect(first.val.places == [folder.path + "/set/\(name)/images"])
        let file = folder.path + "/set/distillation_data.yaml"
        #expect(first.file == nil && !FileManager.default.fileExists(atPath: file))
        #expect(first.namingFile == nil && first.notes.first?.contains("FireBSI, LightningBSI") == true)
        #expect(first.writeIfMissing()?.contains("wrote \(file)") == true)
        #expect(first.file == file)
        let written = try #require(FileManager.default.contents(atPath: file))
        let second = try describe("set")
        #expect(second.train == first.train && second.val == first.val && second.names == first.names)
        #expect(FileManager.default.contents(atPath: file) == written)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/set").count == 3)
    }

    @Test func aDescribedDirectoryCanBeMoved() throws {
        folder.write("set/train/images/x.jpg", [])
        folder.write("set/valid/images/x.jpg", [])
        var first = try describe("set")
        _ = first.writeIfMissing()
        let text = try String(contentsOfFile: folder.path + "/set/distillation_data.yaml", encoding: .utf8)
        #expect(text.contains("\ntrain: train/images\nval: valid/images\n"))
        try FileManager.default.copyItem(atPath: folder.path + "/set", toPath: folder.path + "/moved")
        let moved = try describe("moved")
        #expect(moved.train.places == [folder.path + "/moved/train/images"])
        #expect(moved.val.places == [folder.path + "/moved/valid/images"])
    }

    @Test(arguments: ["data.yaml", "data.yml", "dataset.yaml"])
    func aDirectoryOfAnotherProgramKeepsItsNames(file: String) throws {
        folder.write("set/train/images/x.jpg", [])
        folder.write("set/valid/images/x.jpg", [])
        folder.write("set/\(file)", text: "train: ../elsewhere/train\nval: ../valid\nnc: 2\nnames: [smoke, fire]\n")
        var found = try describe("set")
        #expect(found.names == ["smoke", "fire"] && found.namingFile == folder.path + "/set/\(file)")
        #expect(found.train.places == [folder.path + "/set/train/images"])
        #expect(found.notes == ["classes smoke, fire, as \(folder.path)/set/\(file) names them"])
        _ = found.writeIfMissing()
        #expect(try describe("set").names == ["smoke", "fire"])
        folder.write("set/\(file)", text: "names: [smoke]\nnc: 2\n")
        try FileManager.default.removeItem(atPath: folder.path + "/set/distillation_data.yaml")
        #expect(try problem { _ = try describe("set") }.line == 1)
        folder.write("set/\(file)", text: "author: somebody\n")
        #expect(try describe("set").names == DatasetDescription.wildfireNames)
    }

    @Test func aDescriptionInTheDirectoryIsRespected() throws {
        folder.write("set/train/images/x.jpg", [])
        folder.write("set/other/images/x.jpg", [])
        folder.write(
            "set/distillation_data.yaml", text: "train: train\nval: ../set/other/images\nnc: 2\nnames: [smoke, fire]\n")
        let description = try describe("set")
        #expect(description.names == ["smoke", "fire"])
        #expect(description.train.places == [folder.path + "/set/train/images"])
        #expect(description.val.places == [folder.path + "/set/other/images"])
    }

    @Test func aDirectoryWithoutPermissionIsNoProblem() throws {
        folder.write("set/train/images/x.jpg", [])
        folder.write("set/val/images/x.jpg", [])
        // Root writes anywhere, so a folder in the way stands for a place that cannot be written to.
        try FileManager.default.createDirectory(
            atPath: folder.path + "/set/distillation_data.yaml.\(getpid()).tmp", withIntermediateDirectories: true)
        var description = try describe("set")
        #expect(description.writeIfMissing()?.contains("cannot be written") == true)
        #expect(description.file == nil)
    }

    @Test func missingFoldersAreNamed() throws {
        #expect(try problem { _ = try describe("nowhere") }.exit == .missingInput)
        folder.write("set/train/images/x.jpg", [])
        let missing = try problem { _ = try describe("set") }
        #expect(missing.message.contains("val/images") && missing.exit == .missingInput)
        #expect(try problem { _ = try describe("") }.message.contains("no data set"))
    }

    @Test func namesComeAsListMapOrNumber() throws {
        folder.write("a/x.jpg", [])
        let splits = "train: a\nval: [a, ./a]\n"
        #expect(try read(splits + "names: [x, y]").names == ["x", "y"])
        #expect(try read(splits + "names: {1: y, 0: 7}\nnc: 2").names == ["7", "y"])
        #expect(try read(splits + "nc: 3.0").names == ["class_0", "class_1", "class_2"])
        #expect(try read(splits + "nc: 1").val.places.count == 2)
        func fault(_ text: String) throws -> Problem { try problem { _ = try read(splits + text) } }
        #expect(try fault("names: [x]\nnc: 2").message == "1 names but 'nc' is 2")
        #expect(try fault("names: [x]\nnc: 2").line == 3)
        #expect(try fault("names: {0: x, 2: y}").message.contains("class number 2"))
        #expect(try fault("names: {a: x}").message.contains("'a'"))
        #expect(try fault("names: []").message.contains("empty"))
        #expect(try fault("nc: 2.5").message.contains("'nc'"))
        #expect(try fault("").message.contains("both missing"))
        #expect(try fault("nc: 1\nchannels: 1").message.contains("3 channels"))
    }

    @Test func namesThatComeTwiceAreRefusedWithTheirLine() throws {
        folder.write("a/x.jpg", [])
        for names in ["- fire\n  - smoke\n  - fire", "0: fire\n  2: fire\n  1: smoke"] {
            let problem = try problem { _ = try read("train: a\nval: a\nnames:\n  \(names)\n") }
            #expect(problem.message == "classes 0 and 2 are both named 'fire'" && problem.exit == .badData)
            #expect(problem.file == folder.path + "/data.yaml" && problem.remedy?.contains("name of its own") == true)
            #expect(problem.line == (names.hasPrefix("-") ? 6 : 5))
        }
        #expect(try read("train: a\nval: a\nnames: [Fire, fire]").names == ["Fire", "fire"])
    }

    @Test func moreClassesThanAnyHonestSetHasAreRefused() throws {
        folder.write("a/x.jpg", [])
        let splits = "train: a\nval: a\n"
        let most = DatasetDescription.mostClasses
        #expect(try read(splits + "nc: \(most)").names.count == most)
        let list = (0...most).map { "c\($0)" }.joined(separator: ", ")
        for text in ["nc: \(most + 1)", "nc: 1e300", "names: [\(list)]"] {
            let problem = try problem { _ = try read(splits + text) }
            #expect(problem.message.contains("more than \(most)") && problem.file == folder.path + "/data.yaml")
            #expect(problem.line == 3 && problem.remedy != nil && problem.exit == .badData)
        }
    }

    @Test func aRootBehindALinkIsWhereTheLinkLeads() throws {
        folder.write("deep/er/set/a/x.jpg", [])
        folder.write("set/a/wrong.jpg", [])
        symlink(folder.path + "/deep/er/here", folder.path + "/link")
        folder.write("deep/er/here/x", [])
        let root = try read("path: link/../set\ntrain: a\nval: a\nnc: 1").train
        #expect(try FileSearch.images(in: root.places, root: root.root) {} == ["a/x.jpg"])
    }

    @Test func pathsStartFromTheRoot() throws {
        folder.write("root/a/x.jpg", [])
        folder.write("root/list.txt", text: "./a/x.jpg\n")
        #expect(try read("path: root\ntrain: a\nval: ../a\nnc: 1").val.places == [folder.path + "/root/a"])
        let absolute = try read("path: \(folder.path)/root\ntrain: a\nval: list.txt\nnc: 1")
        #expect(absolute.train.root == folder.path + "/root")
        let missing = try problem { _ = try read("path: root\ntrain: b\nval: a\nnc: 1") }
        #expect(missing.line == 2 && missing.message.contains("root/b") && missing.exit == .missingInput)
        #expect(try problem { _ = try read("train: root/a\nnc: 1") }.message.contains("'val' is missing"))
        #expect(try problem { _ = try read("train: 3\nval: root/a\nnc: 1") }.message.contains("a path"))
        #expect(try problem { _ = try read("just text") }.message.contains("map"))
    }
}
