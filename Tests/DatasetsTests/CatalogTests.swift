import Configuration
import Diagnostics
import Foundation
import Testing

@testable import Datasets
@testable import TestSupport

@Suite struct CatalogTests {
    let folder = TemporaryFolder()

    @Test func badFilesCostTheirImageOnlyAndAreNamed() throws {
        try makeDataset(folder, train: 6)
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
        folder.write("train/labels/x.txt", text: "9 0.5 0.5 0.1 0.1")
        let all = try problem { _ = try catalog(folder) }
        #expect(all.exit == .badData && all.message.contains("x.txt:1: class 9"))
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
