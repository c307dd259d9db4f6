import Configuration
import Testing

@testable import Datasets

@Suite struct LabelRulesTests {
    private func parse(
        _ text: String, classes: Int = 5, singleClass: Bool = false, compatibility: Compatibility = .current
    ) throws(LabelRules.Fault) -> LabelRules.Contents {
        let rules = LabelRules(classes: classes, singleClass: singleClass, compatibility: compatibility)
        let result: Result<LabelRules.Contents, LabelRules.Fault> = Array(text.utf8).withUnsafeBytes { bytes in
            do throws(LabelRules.Fault) { return .success(try rules.parse(bytes)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// The fault of a text, as `line: reason`.
    private func fault(_ text: String, compatibility: Compatibility = .current, classes: Int = 5) -> String {
        do throws(LabelRules.Fault) {
            _ = try parse(text, classes: classes, compatibility: compatibility)
            return "accepted"
        } catch {
            return "\(error.line ?? 0): \(error.reason)"
        }
    }

    @Test func boxesComeInOrderOfTheFile() throws {
        let contents = try parse("\u{FEFF}3 0.5 0.5 0.2 0.1\r\n\n  1\t.25 5e-1 0.5 0.25  \n")
        #expect(contents.objects.map(\.category) == [3, 1])
        #expect(contents.objects[1].box == SIMD4(0.25, 0.5, 0.5, 0.25))
        #expect(contents.duplicates == 0)
    }

    @Test func emptyTextIsBackground() throws {
        #expect(try parse("").objects.isEmpty)
        #expect(try parse(" \n\r\n\t\n").objects.isEmpty)
    }

    @Test func wrongColumnsNameTheLine() {
        #expect(fault("0 0.5 0.5 0.2 0.1\n0 0.5 0.5 0.2\n") == "2: 4 columns instead of 5 (class cx cy w h)")
        #expect(fault("0 0.5 0.5 0.2 0.1 0.9") == "1: 6 columns instead of 5 (class cx cy w h)")
        #expect(fault("7").hasPrefix("1: 1 columns"))
    }

    @Test func whatIsNoFiniteNumberIsNamed() {
        #expect(fault("\n0 0.5 nan 0.2 0.1") == "2: 'nan' is not finite")
        #expect(fault("0 0.5 -Infinity 0.2 0.1") == "1: '-Infinity' is not finite")
        #expect(fault("0 0.5 1e999 0.2 0.1") == "1: 'inf' is not finite")
        #expect(fault("0,0.5,0.5,0.2,0.1") == "1: '0,0.5,0.5,0.2,0.1' is not a number")
        #expect(fault("0 0x1p-1 0.5 0.2 0.1") == "1: '0x1p-1' is not a number")
        #expect(fault("0 ٠ 0.5 0.2 0.1") == "1: '٠' is not a number")
        #expect(fault("0 \u{1B}[31m 0.5 0.2 0.1") == "1: '?[31m' is not a number")
    }

    @Test func coordinatesStayNearTheImage() throws {
        #expect(fault("0 1.02 0.5 0.2 0.1").contains("1.02 is above 1"))
        #expect(fault("0 0.5 0.5 200 100").contains("fractions of the image"))
        #expect(try parse("0 1.005 -0.005 0.2 0.1").objects.count == 1)
        #expect(fault("0 0.5 -0.02 0.2 0.1") == "1: -0.02 is negative")
        #expect(fault("0 0.5 0.5 -0.005 0.1") == "1: -0.005 is negative")
        #expect(fault("0 1.005 0.5 0.2 0.1", compatibility: .v83).contains("above 1"))
        #expect(fault("0 0.5 -0.005 0.2 0.1", compatibility: .v83).contains("negative"))
    }

    @Test func classesAreIntegersOfTheDataSet() throws {
        #expect(fault("5 0.5 0.5 0.2 0.1") == "1: class 5 but the data set has 5 (0 to 4)")
        #expect(fault("1e30 0.5 0.5 0.2 0.1").contains("the data set has 5"))
        #expect(fault("-1 0.5 0.5 0.2 0.1").contains("class -1.0 is negative"))
        #expect(fault("1.5 0.5 0.5 0.2 0.1").contains("not an integer"))
        #expect(try parse("9 0.5 0.5 0.2 0.1", singleClass: true).objects[0].category == 0)
    }

    @Test func repeatedRowsGoAndTheRestIsSorted() throws {
        let contents = try parse("3 0.5 0.5 0.2 0.1\n1 0.9 0.5 0.2 0.1\n3 0.50 0.5 0.2 0.1\n1 0.2 0.5 0.2 0.1\n")
        #expect(contents.duplicates == 1)
        #expect(contents.objects.map(\.category) == [1, 1, 3])
        #expect(contents.objects.map(\.box.x) == [0.2, 0.9, 0.5])
    }

    @Test func polygonsBecomeTheirBoxes() throws {
        let contents = try parse("2 0.25 0.5 0.75 0.25 0.5 1.0\n1 0 0 0.5 0 0.5 0.5 0 0.5\n")
        #expect(contents.hasPolygons)
        #expect(contents.objects[0].box == SIMD4(0.5, 0.625, 0.5, 0.75))
        #expect(contents.objects[1].box == SIMD4(0.25, 0.25, 0.5, 0.5))
        #expect(fault("2 0.25 0.5 0.75 0.25 0.5 1.0\n1 0.5 0.5 0.2 0.1") == "2: a box among polygons")
        #expect(fault("2 0.25 0.5 0.75 0.25 0.5 1.0 0.3").contains("8 columns"))
        #expect(try parse("0 0 0 1 0 1 1\n0 0 0 1 0 1 1\n0 0 0 1 1 0 1\n").duplicates == 1)
    }

    @Test func sizeIsLimited() throws {
        let row = "0 .5 .5 .1 .1\n"
        let rows = String(repeating: "\n", count: 9) + String(repeating: row, count: LabelRules.mostRows)
        #expect(try parse(rows).duplicates == LabelRules.mostRows - 1)
        #expect(fault(rows + row).contains("more than 100000 objects"))
        #expect(try parse(String(repeating: " ", count: LabelRules.largestFile)).objects.isEmpty)
        #expect(fault(String(repeating: " ", count: LabelRules.largestFile + 1)).contains("limit"))
        #expect(fault(String(repeating: "0.5 ", count: 100_000)).contains("100000 columns"))
    }

    @Test func theLastImagesFolderBecomesLabels() {
        #expect(FileSearch.labelPath(of: "/a/images/b/images/c.x.jpg") == "/a/images/b/labels/c.x.txt")
        #expect(FileSearch.labelPath(of: "/a.b/c.png") == "/a.b/c.txt")
    }
}
