import Configuration
import Diagnostics
import Testing

@Suite struct SettingWordsTests {
    private let words = PredictionKeys.words

    private func problem(_ words: String...) -> Problem? {
        do { _ = try self.words.read(words) } catch { return error as? Problem }
        return nil
    }

    @Test func wordsAreReadAsInARecipe() throws {
        let settings = try words.read([
            "source=a,b=c.jpg", "conf=.4", "--save_txt", "imgsz=[64,96]", "classes=fire,2", "save", "=", "false",
            "name=8",
        ])
        var expected = PredictionSettings()
        expected.source = "a,b=c.jpg"
        expected.conf = 0.4
        expected.saveTxt = true
        expected.imgsz = [64, 96]
        expected.classes = ["fire", "2"]
        expected.save = false
        expected.name = "8"
        #expect(settings == expected)
    }

    @Test func mistakesAreNamedWithTheNearestKey() {
        let unknown = problem("conff=0.4")
        #expect(unknown?.exit == .commandLine && unknown?.remedy == "Perhaps you mean `conf`")
        #expect(problem("iou=2")?.message.contains("`iou` must be a number from 0 to 1") == true)
        #expect(problem("save_txt=perhaps")?.exit == .commandLine)
    }

    @Test func theHelpNamesEveryKey() {
        let lines = words.help.split(separator: "\n")
        #expect(lines.count == PredictionKeys.all.count)
        for (line, key) in zip(lines, PredictionKeys.all) { #expect(line.hasPrefix(key.name + " ")) }
    }

    @Test func classesAreChosenByNameOrIndex() throws {
        let names = ["fire", "smoke", "7"]
        #expect(try ClassChoice.indices([], among: names) == nil)
        #expect(try ClassChoice.indices(["smoke", "0", "7"], among: names) == [0, 1, 2])
        for word in ["smok", "3", "-1"] {
            #expect(throws: Problem.self) { try ClassChoice.indices([word], among: names) }
        }
    }
}
