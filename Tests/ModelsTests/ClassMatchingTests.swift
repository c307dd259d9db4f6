import Diagnostics
import Models
import Testing

@Suite struct ClassMatchingTests {
    private func rows(_ own: [String], _ others: [String], printed: [String: String] = [:]) throws -> [Int: Int] {
        try ClassMatching(own, printed: printed, among: others).rows
    }

    @Test func theSameNameComesBeforeOneThatDiffersInCase() throws {
        #expect(try rows(["Fire", "fire"], ["fire", "Fire"]) == [0: 1, 1: 0])
        #expect(try rows(["FIRE", "fire"], ["fire", "Fire"]) == [0: 1, 1: 0])
        #expect(try rows([" smoke ", "Car"], ["car", "smoke"]) == [0: 1, 1: 0])
        #expect(try rows(["fire", "tree"], ["smoke", "fire"]) == [0: 1])
    }

    @Test func wordsThatPythonReadsAsSomethingElseAreFound() throws {
        let printed = ["no": "False", "yes": "True", "007": "7"]
        #expect(try rows(["no", "yes"], ["False", "True"], printed: printed) == [0: 0, 1: 1])
        #expect(try rows(["no", "yes"], ["False", "True"]) == [:])
        // A class that is called so comes first.
        #expect(try rows(["no", "False"], ["False", "no"], printed: printed) == [0: 1, 1: 0])
        #expect(try rows(["007", "7"], ["7"], printed: printed) == [1: 0])
    }

    @Test(arguments: [
        (["FIRE"], ["fire", "Fire"]), (["Fire", "FIRE"], ["fire"]), (["a"], ["a", "a"]), (["no", "off"], ["False"]),
    ])
    func whatMayBeTwoClassesIsRefusedWithBothNames(_ own: [String], _ others: [String]) throws {
        let printed = ["no": "False", "off": "False"]
        let problem = try #require(throws: Problem.self) { try rows(own, others, printed: printed) }
        for name in own + others { #expect(problem.message.contains("'\(name)'"), "\(problem)") }
        #expect(problem.exit == .badData && problem.remedy != nil)
    }
}
