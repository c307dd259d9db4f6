import Configuration
import Diagnostics
import Foundation
import Testing

@testable import Datasets

/// Data sets as people and other programs write them.
@Suite struct DatasetFormTests {
    let folder = TemporaryFolder()

    private func describe(_ data: String) throws -> DatasetDescription {
        var recipe = Recipe()
        recipe.data = folder.path + "/" + data
        return try DatasetDescription(of: recipe)
    }

    private func train(_ description: DatasetDescription) throws -> ImageCatalog {
        try ImageCatalog(
            scanning: description.train, of: description, purpose: .training, recipe: Recipe(), progress: { _ in })
    }

    /// Images and labels by kind, then by split, with lists of these lines beside them.
    private func makeListed(_ lines: [UInt8]) throws -> ImageCatalog {
        for split in ["train", "val"] {
            for number in 0..<3 {
                folder.write("set/images/\(split)/a\(number).jpg", try jpeg(pattern(20, 24)))
                folder.write("set/labels/\(split)/a\(number).txt", text: "\(number % 2) 0.5 0.5 0.4 0.3\n")
            }
        }
        folder.write("set/train.txt", lines)
        folder.write("set/data.yaml", text: "train: train.txt\nval: images/val\nnames: [fire, smoke]\n")
        return try train(try describe("set/data.yaml"))
    }

    @Test(arguments: [
        "\u{FEFF}./images/train/a0.jpg\r\n./images/train/a1.jpg\r\n./images/train/a2.jpg\r\n",
        "images/train/a0.jpg\n\n  images/train/a1.jpg\t\nimages/train/a2.jpg",
        "data/images/train/a0.jpg\ndata/images/train/a1.jpg\ndata/images/train/a2.jpg\n",
        ".\\images\\train\\a0.jpg\rimages\\train\\a1.jpg\rdata\\images\\train\\a2.jpg\r",
    ])
    func linesOfListsAreFoundHoweverTheyAreWritten(_ text: String) throws {
        let found = try makeListed(Array(text.utf8))
        #expect(found.entries.map(\.name) == (0..<3).map { "images/train/a\($0).jpg" })
        #expect(found.report.summary == "3 images, 0 backgrounds, 0 duplicates, 0 rejected")
    }

    @Test func whatAListRepeatsCountsAgain() throws {
        let line = "./images/train/a0.jpg\n"
        let found = try makeListed(Array((line + line + "./images/train/a1.jpg\n" + line).utf8))
        #expect(found.count == 4 && found.report.labelFiles == 4)
        #expect(found.entries.map(\.name).filter { $0.hasSuffix("a0.jpg") }.count == 3)
    }

    @Test func aListWithoutAnyOfItsImagesSaysWhereItLooked() throws {
        let found = try problem { _ = try makeListed(Array("# of June\nelsewhere/b0.jpg\n".utf8)) }
        #expect(found.exit == .missingInput && found.line == 2 && found.message.contains("'elsewhere/b0.jpg'"))
        #expect(found.file == folder.path + "/set/train.txt")
        #expect(found.remedy?.contains("'./' stands for the list's folder") == true)
        let wide = "./images/train/a0.jpg".utf8.flatMap { [$0, 0] as [UInt8] }
        #expect(try problem { _ = try makeListed([0xFF, 0xFE] + wide) }.message == "is UTF-16 text")
    }

    @Test func labelFilesOfOtherEncodingsAreNamedAsSuch() throws {
        try makeDataset(folder, train: 5)
        let row = "0 0.5 0.5 0.4 0.3\n".utf8
        folder.write("train/labels/picture0.txt", [0xFF, 0xFE] + row.flatMap { [$0, 0] as [UInt8] })
        folder.write("train/labels/picture1.txt", row.flatMap { [0, $0] as [UInt8] })
        let rejections = try catalog(folder).report.rejections
        #expect(rejections.map(\.reason) == ["is UTF-16 text; save it as UTF-8", "is UTF-16 text; save it as UTF-8"])
    }

    @Test func labelFilesBesideTheirImagesAreSaid() throws {
        try makeDataset(folder, train: 4)
        for number in 0..<2 {
            let name = "picture\(number).txt"
            try FileManager.default.moveItem(
                atPath: "\(folder.path)/train/labels/\(name)", toPath: "\(folder.path)/train/images/\(name)")
        }
        let found = try catalog(folder).report
        #expect(found.backgrounds == 2)
        #expect(
            found.notes == [
                "2 images have no label file in \(folder.path)/train/labels but one beside them, such as "
                    + "\(folder.path)/train/images/picture0.txt; they count as backgrounds"
            ])
        for number in 2..<4 {
            let name = "picture\(number).txt"
            try FileManager.default.moveItem(
                atPath: "\(folder.path)/train/labels/\(name)", toPath: "\(folder.path)/train/images/\(name)")
        }
        let all = try problem { _ = try catalog(folder) }
        #expect(all.message.contains("4 images have no label file in \(folder.path)/train/labels but one beside them"))
    }

    @Test(arguments: ["data.yaml", "anything.yml"]) func aFolderMeansItsOnlyDescription(name: String) throws {
        folder.write("set/images/train/a.jpg", [])
        folder.write("set/images/val/a.jpg", [])
        let text = "train: images/train\nval: images/val\nnames: [fire, smoke]\nnc: \"2\"\n"
        folder.write("set/\(name)", text: text)
        let found = try describe("set")
        #expect(found.names == ["fire", "smoke"] && found.file == folder.path + "/set/\(name)")
        #expect(found.train.places == [folder.path + "/set/images/train"])
        // Nothing says which of several is meant.
        if name == "data.yaml" { return }
        folder.write("set/other.yaml", text: text)
        let several = try problem { _ = try describe("set") }
        #expect(
            several.message.contains("train/images") && several.remedy?.contains("data=\(folder.path)/set/") == true)
    }

    @Test func numbersInQuotesAreNumbers() throws {
        folder.write("a/x.jpg", [])
        func names(_ text: String) throws -> [String] {
            try DatasetDescription(reading: folder.write("data.yaml", text: "train: a\nval: a\n\(text)\n")).names
        }
        #expect(try names("nc: \"2\"") == ["class_0", "class_1"])
        #expect(try names("nc: '2'\nnames: [x, y]\nchannels: '3'") == ["x", "y"])
        for text in ["nc: two", "nc: '2.5'", "nc: ''"] {
            #expect(try problem { _ = try names(text) }.message.contains("'nc' is a number of classes"))
        }
    }

    @Test func assumedClassesGiveWayToAFileThatNamesThem() throws {
        folder.write("set/train/images/x.jpg", [])
        folder.write("set/val/images/x.jpg", [])
        var assumed = try describe("set")
        #expect(assumed.writeIfMissing() != nil)
        #expect(try describe("set").names == DatasetDescription.wildfireNames)
        folder.write("set/data.yaml", text: "train: train/images\nval: val/images\nnames: [fire, smoke]\n")
        let named = try describe("set")
        #expect(named.names == ["fire", "smoke"] && named.namingFile == folder.path + "/set/data.yaml")
        // Classes that somebody wrote there by hand were not assumed.
        let file = folder.path + "/set/distillation_data.yaml"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        folder.write("set/distillation_data.yaml", text: text.replacing("PersonBSI", with: "Deer"))
        #expect(try describe("set").names.contains("Deer"))
    }

    @Test func classesTakenOverFromAFileThatChangesAreRefused() throws {
        folder.write("set/train/images/x.jpg", [])
        folder.write("set/val/images/x.jpg", [])
        folder.write("set/data.yaml", text: "names: [fire, smoke]\n")
        var first = try describe("set")
        #expect(first.writeIfMissing() != nil)
        folder.write("set/data.yaml", text: "names: [smoke, fire]\n")
        let found = try problem { _ = try describe("set") }
        #expect(found.file == folder.path + "/set/distillation_data.yaml" && found.message.contains("smoke, fire"))
        #expect(found.message.contains("\(folder.path)/set/data.yaml"))
    }

    @Test func namesThatAreNoUTF8AreReadAndPrinted() throws {
        try makeDataset(folder, train: 2)
        let name = PathText.text([0x62, 0xE4, 0x64])
        for (from, to) in [
            ("images/picture0.jpg", "images/\(name).jpg"), ("labels/picture0.txt", "labels/\(name).txt"),
        ] {
            let status = PathText.withPath("\(folder.path)/train/\(from)") { old in
                PathText.withPath("\(folder.path)/train/\(to)") { rename(old, $0) }
            }
            #expect(status == 0)
        }
        let found = try catalog(folder)
        #expect(found.count == 2 && found.report.backgrounds == 0)
        #expect(found.entries[0].name == "train/images/\(name).jpg")
        let store = PictureStore(found, target: (64, 64), limit: 0)
        #expect(try store.picture(0).values == store.picture(0).values)
        #expect(try ImageCatalog(decoding: found.encoded()) == found)
        #expect(found.entries[0].name.printable() == "train/images/b\\xe4d.jpg")
        let listed = [UInt8]("./train/images/".utf8) + [0x62, 0xE4, 0x64] + Array(".jpg\n".utf8)
        folder.write("list.txt", listed)
        #expect(try ImageList(folder.path + "/list.txt", root: folder.path).paths().count == 1)
    }

    @Test func pathsKeepEveryByte() {
        let bytes = (1...255).map { UInt8($0) } + Array("ä😀\u{10F7FF}\u{10F780}".utf8)
        #expect(PathText.bytes(PathText.text(bytes)) == bytes)
        #expect(PathText.text(Array("plain".utf8)) == "plain")
        #expect(PathText.text([0xE4]) != PathText.text(Array("\u{10F7E4}".utf8)))
    }
}
