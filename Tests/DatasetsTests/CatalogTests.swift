import Configuration
import Diagnostics
import Foundation
import Testing

@testable import Datasets
@testable import TestSupport

@Suite struct CatalogTests {
    let folder = TemporaryFolder()

    /// Names the classes of the directory.
    private func name(_ classes: String) {
        let text = "train: train/images\nval: val/images\nnames: [\(classes)]\n"
        folder.write("distillation_data.yaml", text: text)
    }

    @Test func badFilesCostTheirImageOnlyAndAreNamed() throws {
        try makeDataset(folder, train: 6)
        name("a, b, c, d, e")
        let clean = try catalog(folder)
        let good = try jpeg(pattern(40, 40))
        folder.write("train/images/cut.jpg", Array(good.prefix(good.count / 2)))
        folder.write("train/images/empty.png", [])
        let small = PNGBuilder(width: 9, height: 1).file([0] + [UInt8](repeating: 9, count: 27))
        folder.write("train/images/small.png", small)
        folder.write("train/images/text.jpeg", text: "no picture")
        folder.write("train/images/class.jpg", good)
        folder.write("train/labels/class.txt", text: "0 0.5 0.5 0.1 0.1\n5 0.5 0.5 0.1 0.1\n")
        folder.write("train/images/nan.jpg", good)
        folder.write("train/labels/nan.txt", text: "0 nan 0.5 0.1 0.1\n")
        folder.write("train/images/.hidden.jpg", good)
        folder.write("train/images/note.txt", text: "not an image")
        let before = try folder.contents()
        let found = try catalog(folder)
        #expect(found.entries == clean.entries)
        #expect(found.digest == clean.digest)
        #expect(found.report.summary == "6 images, 0 backgrounds, 0 duplicates, 6 rejected")
        let files = found.report.rejections.map { String($0.file.dropFirst(folder.path.count + 7)) }
        #expect(
            files == [
                "labels/class.txt", "images/cut.jpg", "images/empty.png", "labels/nan.txt", "images/small.png",
                "images/text.jpeg",
            ])
        #expect(found.report.rejections[0].line == 2)
        #expect(found.report.rejections[0].description.contains("class.txt:2: class 5 but the data set has 5"))
        #expect(try folder.contents() == before)
    }

    @Test func imagesAreOrderedByTheBytesOfTheirNames() throws {
        for name in ["b.jpg", "a/z.PNG", "a-b.jpeg", "B.jpg", "ä.jpg", "a\u{308}.jpg"] {
            folder.write("train/images/" + name, try jpeg(pattern(12, 14)))
        }
        folder.write("train/labels/a/z.txt", text: "1 0.5 0.5 0.1 0.1")
        folder.write("val/images/x.jpg", try jpeg(pattern(12, 14)))
        let found = try catalog(folder)
        let names = found.entries.map { $0.name.replacing("train/images/", with: "") }
        #expect(names == ["B.jpg", "a-b.jpeg", "a/z.PNG", "a\u{308}.jpg", "b.jpg", "ä.jpg"])
        #expect(found.entries[2].objects.count == 1)
        #expect(found.report.backgrounds == 5)
    }

    @Test func aScanTellsHowFarItIsAllTheTime() throws {
        try makeDataset(folder, train: 40)
        var told: [Int] = []
        #expect(try catalog(folder, progress: { told.append($0) }).count == 40)
        // Searching, then one chunk after the other, the last of which may be any.
        #expect(told.first == 0 && told.last == 40)
        #expect(Set(told).count == 4 && told == told.sorted())
    }

    @Test func searchingAFolderOfManyFilesShowsProgress() throws {
        for number in 0..<2_100 { folder.write("train/images/note\(number).txt", []) }
        var calls = 0
        _ = try FileSearch.images(in: [folder.path + "/train/images"], root: folder.path) { calls += 1 }
        #expect(calls == 3)
    }

    @Test func foldersThatLinkInACircleEnd() throws {
        try makeDataset(folder, train: 2)
        symlink(folder.path + "/train/images", folder.path + "/train/images/again")
        #expect(try catalog(folder).count == 2)
    }

    @Test func emptySplitsAndMissingLabelsAreProblems() throws {
        folder.write("val/images/x.jpg", try jpeg(pattern(12, 14)))
        folder.write("train/images/readme.txt", text: "")
        #expect(try problem { _ = try catalog(folder) }.message.contains("no images"))
        folder.write("train/images/x.jpg", try jpeg(pattern(12, 14)))
        let unlabelled = try problem { _ = try catalog(folder) }
        #expect(unlabelled.message.contains("label file"))
        #expect(unlabelled.exit == .badData && unlabelled.remedy?.contains("train/labels/x.txt") == true)
        #expect(try catalog(folder, .validation).count == 1)
        name("a, b")
        folder.write("train/labels/x.txt", text: "9 0.5 0.5 0.1 0.1")
        let all = try problem { _ = try catalog(folder) }
        #expect(all.exit == .badData && all.message.contains("x.txt:1: class 9"))
    }

    @Test func aClassBeyondAssumedNamesEndsTheScan() throws {
        try makeDataset(folder, train: 30)
        folder.write("train/labels/picture7.txt", text: "1 0.5 0.5 0.1 0.1\n6 0.5 0.5 0.1 0.1\n")
        let found = try problem { _ = try catalog(folder) }
        #expect(found.file == folder.path + "/train/labels/picture7.txt" && found.line == 2 && found.exit == .badData)
        #expect(found.message.contains("class 6") && found.message.contains("FireBSI"))
        #expect(found.remedy?.contains("distillation_data.yaml") == true)
        name("a, b, c, d, e, f, g")
        #expect(try catalog(folder).count == 30)
    }

    @Test func manyUnknownClassesAreAFaultOfTheDescription() throws {
        try makeDataset(folder, train: 60)
        name("a, b, c, d, e")
        for (number, isMany) in [(1, false), (2, false), (3, false), (4, true)] {
            let text = "0 0.5 0.5 0.1 0.1\n5 0.5 0.5 0.1 0.1\n\(4 + number) 0.5 0.5 0.1 0.1\n"
            folder.write("train/labels/picture\(number).txt", text: text)
            guard isMany else {
                #expect(try catalog(folder).report.rejections.count == number)
                continue
            }
            let found = try problem { _ = try catalog(folder) }
            #expect(found.exit == .badData && found.file == folder.path + "/distillation_data.yaml")
            #expect(found.message.contains("says 5 classes, labels use up to class 8 in 4 of 60 label files"))
            #expect(found.message.contains("train/labels/picture1.txt:2") && found.remedy == "Correct nc and names")
        }
        var recipe = Recipe()
        recipe.singleCls = true
        #expect(try catalog(folder, recipe: recipe).count == 60)
    }

    @Test func aSplitThatIsMostlyRejectedIsAProblem() throws {
        try makeDataset(folder, train: 9)
        let split = DatasetSplit(places: [folder.path + "/train/images"], root: folder.path)
        folder.write("train/images/picture0.jpg", text: "no picture")
        for number in 1..<4 { folder.write("train/labels/picture\(number).txt", text: "0 \(number + 5) 0 0 0\n") }
        try catalog(folder).checkMostAccepted(split)
        folder.write("train/labels/picture4.txt", text: "0 77 0 0 0\n")
        let found = try problem { try catalog(folder).checkMostAccepted(split) }
        #expect(found.exit == .badData && found.file == split.places[0])
        #expect(found.message.hasPrefix("5 of 9 images are rejected, 4 of them like "))
        #expect(found.message.contains("labels/picture1.txt:1: coordinate"))
    }

    @Test func fractionAndSingleClassAreObeyed() throws {
        try makeDataset(folder, train: 7)
        var recipe = Recipe()
        recipe.fraction = 0.5
        #expect(try catalog(folder, recipe: recipe).count == 4)
        recipe.fraction = 3
        #expect(try catalog(folder, recipe: recipe).count == 3)
        recipe.fraction = 0.01
        #expect(try catalog(folder, recipe: recipe).count == 1)
        recipe.fraction = 1
        recipe.singleCls = true
        let single = try catalog(folder, recipe: recipe)
        #expect(single.classes == ["item"] && single.entries.allSatisfy { $0.objects.allSatisfy { $0.category == 0 } })
    }

    @Test func aCatalogSurvivesItsBytes() throws {
        try makeDataset(folder, train: 5)
        let found = try catalog(folder)
        let bytes = found.encoded()
        #expect(try ImageCatalog(decoding: bytes) == found)
        #expect(try ImageCatalog(decoding: bytes).digest == found.digest)
        for count in 0..<bytes.count {
            #expect(throws: Problem.self) { try ImageCatalog(decoding: Array(bytes.prefix(count))) }
        }
        try found.checkReachable()
    }

    @Test func oneIsSingular() {
        var report = CatalogReport()
        report.images = 1
        report.duplicates = 1
        #expect(report.summary == "1 image, 0 backgrounds, 1 duplicate, 0 rejected")
    }

    @Test func digestChangesWithNamesSizesAndLabels() throws {
        try makeDataset(folder, train: 3)
        let found = try catalog(folder)
        #expect(found.digest.count == 32)
        var changed = found
        changed.entries[1].objects[0].box.x += 0.01
        #expect(changed.digest != found.digest)
        changed = found
        changed.entries[1].fileSize += 1
        #expect(changed.digest != found.digest)
        changed = found
        changed.root = "/elsewhere"
        #expect(changed.digest == found.digest)
    }

    @Test func aHostWithoutTheFilesSaysSo() throws {
        try makeDataset(folder, train: 3)
        var found = try catalog(folder)
        found.root = "/nowhere"
        #expect(try problem { try found.checkReachable() }.remedy?.contains("every host") == true)
    }
}
