import Foundation
import TestSupport
import Testing

/// Two hosts of this machine, where it can have them.
private enum TwoHosts {
    static let script = ProgramRun.root.appending(path: "Tests/Network/hosts.sh").path
    static let areThere = (try? ProgramRun.start([script, "probe", "true"]).code) == 0
}

/// Two hosts, in network namespaces with an sshd each, and what goes wrong with them.
@Suite(
    .serialized,
    .enabled(if: TwoHosts.areThere, "needs root, network namespaces and OpenSSH's server"))
struct NetworkTests {
    private static func run(_ scenario: String) throws -> ProgramRun.Outcome {
        let limits = ["SD_SILENCE_WARN": "1", "SD_SILENCE_ABORT": scenario == "flap" ? "20" : "3"]
        return try ProgramRun.start([TwoHosts.script, scenario, ProgramRun.check, "stop"], environment: limits)
    }

    @Test func aLinkThatStaysDownEndsTheJobOnBothSides() throws {
        let run = try Self.run("down")
        #expect(run.output.contains("no sign of life from rank 1 ("), "\(run)")
        for event in ["said", "ranks-0-gone", "ranks-1-gone", "daemon-1-gone", "script-ended"] {
            #expect(run.output.contains("seconds \(event) "), "\(event): \(run)")
        }
        // Ranks had run: no question of reaching the host with ssh.
        #expect(["code 205", "code 70"].contains(run.lines.last), "\(run)")
        #expect(!run.output.contains("could not be reached"), "\(run)")
    }

    @Test func aLinkThatComesBackIsSaidAndTheJobGoesOn() throws {
        let run = try Self.run("flap")
        #expect(run.lines.last == "code 75" && run.output.contains(") goes on."), "\(run)")
    }

    @Test func aDaemonThatIsKilledIsALostHost() throws {
        let run = try Self.run("daemon")
        #expect(run.lines.last == "code 205" && run.output.contains("a host was lost"), "\(run)")
        #expect(run.output.contains("seconds ranks-1-gone "), "\(run)")
    }
}
