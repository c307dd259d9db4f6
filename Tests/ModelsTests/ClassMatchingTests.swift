import Diagnostics
import Models
import Testing

@Suite struct ClassMatchingTests {
    @Test func namesThatDifferInCaseOnlyAreToldApart() throws {
        #expect(try ClassMatching(["Fire", "fire"], among: ["fire", "Fire"]).rows == [0: 1, 1: 0])
    }

    @Test func caseAndOuterSpacesAreForgivenWhereOneCandidateIsLeft() throws {
        #expect(try ClassMatching(["Fire ", "fire"], among: ["fire", "FIRE"]).rows == [0: 1, 1: 0])
        #expect(try ClassMatching(["tree", " SMOKE"], among: ["smoke"]).rows == [1: 0])
    }

    @Test func aNameThatMayMeanTwoClassesIsRefused() throws {
        let problem = try #require(throws: Problem.self) { try ClassMatching(["FIRE"], among: ["fire", "Fire"]) }
        #expect(problem.message.contains("'fire' and 'Fire'") && problem.remedy != nil)
        let other = try #require(throws: Problem.self) { try ClassMatching(["FIRE", "Fire"], among: ["fire"]) }
        #expect(other.message.contains("'FIRE' and 'Fire'"))
    }

    @Test func namesAnswerToWhatPythonPrintsForThem() throws {
        let matching = try ClassMatching(
            ["no", "007", "False"], printed: ["no": "False", "007": "7"], among: ["7", "False"])
        // The same text comes first.
        #expect(matching.rows == [1: 0, 2: 1])
        #expect(try ClassMatching(["no"], printed: ["no": "False"], among: ["False"]).rows == [0: 0])
    }
}
