import Diagnostics
import Foundation
import Tensors
import TestSupport

/// A run that is killed again and again.
final class KilledRun {
    /// What is killed.
    private enum Victim: String, CaseIterable {
        case rank = "one rank"
        case ranks = "all ranks"
        case mpirun
    }

    /// When it is.
    private enum Moment: CaseIterable {
        /// A while after the start: before the first step, mostly.
        case start
        /// A while after a step was written down.
        case step
        /// A while after the last step: in the last save, or while results are handed over.
        case end
    }

    private let name: String
    private let scene: SceneRun
    private let mostRanks: Int
    private var random: RandomStream
    /// Processes of the ranks of the start at hand.
    private var started: Set<Int32> = []
    /// Steps of the whole run.
    private static let steps = 12

    init(_ name: String, of scene: SceneRun, ranks: Int, seed: Int) throws {
        self.name = name
        self.scene = scene
        mostRanks = ranks
        random = RandomStream(seed)
    }

    /// What the run has left.
    var end: RunEnd {
        get throws { try RunEnd(run: scene.place(name), registry: registry) }
    }

    private var registry: URL { scene.folder.url.appending(path: "registry-\(name)") }

    /// Runs to the end.
    ///
    /// - Throws: `Problem` when that fails.
    func finish() throws {
        let outcome = try start()
        guard outcome.code == 0 else {
            throw Problem(
                "resuming ended with \(outcome.code): \(outcome.errors) \(outcome.output.suffix(2000))",
                exit: .internalError)
        }
    }

    /// Starts and kills the run a few times, or until it is done.
    ///
    /// - Returns: a line for each kill.
    /// - Throws: `Problem` when it ends otherwise than by the kill or by being done.
    func kill(atMost most: Int) throws -> [String] {
        var log: [String] = []
        for _ in 0..<Int.random(in: 1...most, using: &random) {
            guard let victim = Victim.allCases.randomElement(using: &random),
                let moment = Moment.allCases.randomElement(using: &random)
            else { preconditionFailure("nothing to draw from") }
            var struck: String?
            let outcome = try start { mpirun in
                guard self.wait(for: moment, mpirun) else { return }
                struck = "\(victim.rawValue) after step \(self.scene.steps(self.name))"
                self.strike(victim, mpirun)
            }
            if let struck, outcome.code != 0 { log.append(struck) }
            if outcome.code == 0 { break }
            guard struck != nil else { throw Problem("ended by itself: \(outcome)", exit: .internalError) }
        }
        return log
    }

    /// Removes what the run has left.
    func remove() throws {
        for url in [scene.place(name), registry] { try FileManager.default.removeItem(at: url) }
    }

    private func start(during: (_ mpirun: Int32) -> Void = { _ in }) throws -> ProgramRun.Outcome {
        let ranks = [1, 2, 4].filter { $0 <= mostRanks }.randomElement(using: &random) ?? 1
        started = []
        let outcome = try scene.train(
            name, ranks: ranks, "registry=\(registry.lastPathComponent)", "resume=true"
        ) { mpirun, _ in
            ProgramRun.wait { !ProgramRun.children(of: mpirun).isEmpty }
            during(mpirun)
        }
        try expectEndOfRanks()
        return outcome
    }

    /// Waits until the moment has come; false when the run ends before.
    private func wait(for moment: Moment, _ mpirun: Int32) -> Bool {
        let before = scene.steps(name)
        let pause: UInt32
        switch moment {
        case .start: pause = .random(in: 0...900_000, using: &random)
        case .step:
            let steps = min(before + Int.random(in: 1...5, using: &random), Self.steps)
            pause = .random(in: 0...150_000, using: &random)
            ProgramRun.wait { self.scene.steps(self.name) >= steps || !Self.lives(mpirun) }
        case .end:
            pause = .random(in: 0...600_000, using: &random)
            ProgramRun.wait { self.scene.steps(self.name) >= Self.steps || !Self.lives(mpirun) }
        }
        usleep(pause)
        return Self.lives(mpirun)
    }

    private func strike(_ victim: Victim, _ mpirun: Int32) {
        let ranks = ProgramRun.children(of: mpirun)
        started.formUnion(ranks)
        switch victim {
        case .rank: if let rank = ranks.randomElement(using: &random) { Foundation.kill(rank, SIGKILL) }
        case .ranks: for rank in ranks { Foundation.kill(rank, SIGKILL) }
        case .mpirun: Foundation.kill(mpirun, SIGKILL)
        }
    }

    /// Ranks that lose their `mpirun` end by themselves; until then the run folder is theirs.
    private func expectEndOfRanks() throws {
        ProgramRun.wait { !started.contains(where: Self.lives) }
        guard let survivor = started.first(where: Self.lives) else { return }
        for rank in started { Foundation.kill(rank, SIGKILL) }
        throw Problem("rank process \(survivor) outlives its mpirun by 20 s", exit: .internalError)
    }

    /// Whether a process is there and no zombie, which nobody may be there to bury.
    private static func lives(_ process: Int32) -> Bool {
        let text = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
        let state = text.split(separator: ")").last?.first { $0 != " " }
        return state.map { $0 != "Z" && $0 != "X" } ?? false
    }
}
