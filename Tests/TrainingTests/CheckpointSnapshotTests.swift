import Checkpoints
import Collectives
import Diagnostics
import Foundation
import Testing

@testable import Training

@Suite struct CheckpointSnapshotTests {
    /// Everything of a state, as bits.
    private func bits(_ state: RunState) -> [[UInt32]] {
        let buffers = [state.weights.values, state.average.values] + state.optimizer.state.map(\.buffer)
        return buffers.map { $0.values.map(\.bitPattern) }
    }

    private func saved(_ run: HandDrivenRun) throws -> SafeTensors {
        try SafeTensors(bytes: Snapshot(of: run.state, facts: facts()).tensors.sealed().serialized())
    }

    @Test(arguments: ["SGD", "AdamW"], [false, true])
    func aRestoredRunHasTheSameBitsAndStaysOnItsPath(optimizer: String, gathering: Bool) throws {
        let run = HandDrivenRun(optimizer)
        for _ in 0..<3 { run.step() }
        if gathering { run.step(gathering: true) }
        run.state.progress.stopping = EarlyStopping(patience: 7)
        run.state.progress.seconds = 0.1 + 0.2
        let snapshot = try Snapshot(try saved(run), path: "last")
        #expect(snapshot.facts == facts())
        #expect(snapshot.tensors.entries.keys.contains("gathered.model.0.conv.weight") == gathering)

        let other = HandDrivenRun(optimizer)
        try other.state.restore(from: snapshot)
        #expect(other.state.progress == run.state.progress)
        #expect(other.state.optimizer.steps == 3 && other.state.average.updates == 3)
        #expect(other.state.weights.stepsTracked == run.state.weights.stepsTracked)
        #expect(bits(other.state) == bits(run.state))
        if gathering { #expect(other.state.gathered.values == run.state.gathered.values) }
        for each in [run, other] { each.step() }
        #expect(bits(other.state) == bits(run.state))
    }

    @Test func tensorsAreNamedAndShapedAsInTheFieldsFiles() throws {
        let run = HandDrivenRun()
        run.step()
        let tensors = try saved(run)
        #expect(
            tensors.entries.mapValues(\.shape) == [
                "model.model.0.conv.weight": [3, 2, 3, 3], "ema.model.0.conv.weight": [3, 2, 3, 3],
                "optim.momentum.model.0.conv.weight": [3, 2, 3, 3], "model.model.0.bn.weight": [3],
                "ema.model.0.bn.weight": [3], "optim.momentum.model.0.bn.weight": [3], "model.model.0.bn.bias": [3],
                "ema.model.0.bn.bias": [3], "optim.momentum.model.0.bn.bias": [3], "model.model.0.bn.running_mean": [3],
                "ema.model.0.bn.running_mean": [3], "model.model.0.bn.num_batches_tracked": [],
                "ema.model.0.bn.num_batches_tracked": [], "model.model.0.dfl.weight": [2],
                "ema.model.0.dfl.weight": [2],
            ])
    }

    @Test func aCheckpointIsAModelWithItsAveragedWeights() throws {
        let scratch = try ScratchFolder()
        let run = HandDrivenRun()
        for _ in 0..<2 { run.step() }
        let path = "\(scratch.path)/x.safetensors"
        try Data(try saved(run).serialized()).write(to: URL(filePath: path))
        let model = try ModelFile.read(path)
        #expect(Set(model.weightNames) == Set(run.state.weights.entries.map(\.name)))
        #expect(model.names == ["a", "b"])
        let entry = try #require(run.state.weights["model.0.conv.weight"])
        let averaged = run.state.weights.read(entry, from: run.state.average.values)
        #expect(model.weights[entry.name]?.values == averaged)
        #expect(averaged != run.state.weights.read(entry))
    }

    private func problem(_ body: () throws -> Void) -> Problem? {
        do { try body() } catch { return error as? Problem }
        return nil
    }

    @Test func anotherOptimizerIsRefused() throws {
        let snapshot = try Snapshot(try saved(HandDrivenRun("SGD")), path: "runs/last")
        let found = problem { try HandDrivenRun("AdamW").state.restore(from: snapshot) }
        #expect(found?.message == "was made with optimizer SGD, this run has AdamW")
        #expect(found?.exit == .badData && found?.file == "runs/last" && found?.remedy != nil)
    }

    @Test func anotherArchitectureIsRefusedAndChangesNothing() throws {
        let run = HandDrivenRun(channels: 4)
        run.step()
        let snapshot = try Snapshot(try saved(run), path: "runs/last")
        let other = HandDrivenRun()
        let before = bits(other.state)
        let found = problem { try other.state.restore(from: snapshot) }
        #expect(found?.message == "tensor 'model.model.0.conv.weight' has shape [4, 2, 3, 3], the run's [3, 2, 3, 3]")
        #expect(found?.exit == .badData)
        #expect(bits(other.state) == before && other.state.progress.step == 0)
    }

    @Test(arguments: ["ema.model.0.bn.bias", "optim.momentum.model.0.conv.weight", "gathered.model.0.bn.weight"])
    func aMissingTensorIsNamed(name: String) throws {
        let run = HandDrivenRun()
        run.step(gathering: true)
        var tensors = try saved(run)
        tensors.entries[name] = nil
        let found = problem { try HandDrivenRun().state.restore(from: Snapshot(tensors, path: "last")) }
        #expect(found?.message == "has no tensor '\(name)'")
    }

    @Test func aForeignTensorAndHalfPrecisionAreRefused() throws {
        var tensors = try saved(HandDrivenRun())
        tensors.entries["model.model.9.bias"] = .init(floats: [1], shape: [1])
        let foreign = problem { try HandDrivenRun().state.restore(from: Snapshot(tensors, path: "last")) }
        #expect(foreign?.message == "has a tensor 'model.model.9.bias' that this run does not know")
        tensors = try saved(HandDrivenRun())
        tensors.entries["ema.model.0.bn.bias"] = .init(type: "F16", shape: [3], bytes: [0, 0, 0, 0, 0, 0])
        let half = problem { try HandDrivenRun().state.restore(from: Snapshot(tensors, path: "last")) }
        #expect(half?.message == "tensor 'ema.model.0.bn.bias' has type F16, not F32")
    }

    @Test func whatIsNoCheckpointIsRefused() throws {
        var tensors = try saved(HandDrivenRun())
        tensors.metadata["format"] = nil
        #expect(problem { _ = try Snapshot(tensors, path: "x") }?.message.hasPrefix("is no checkpoint") == true)
        tensors = try saved(HandDrivenRun())
        tensors.metadata["format_version"] = "2"
        let newer = problem { _ = try Snapshot(tensors, path: "x") }
        #expect(newer?.message == "has checkpoint format 2, this program reads 1")
        for key in ["progress", "recipe", "optimizer", "optimizer_steps", "shards", "teacher_digest", "tally"] {
            var tensors = try saved(HandDrivenRun())
            tensors.metadata[key] = nil
            #expect(problem { _ = try Snapshot(tensors, path: "x") }?.message == "lacks '\(key)'")
        }
        tensors.metadata["format_version"] = "1"
        tensors.metadata["progress"] = "{}"
        #expect(problem { _ = try Snapshot(tensors, path: "x") }?.message == "has an unreadable 'progress'")
    }

    @Test func whatChangedBetweenStopAndResumeIsListed() {
        let now = facts {
            $0.shards = 4; $0.teacherDigest = ""
        }
        #expect(facts().differences(to: facts()) == [])
        #expect(
            facts().differences(to: now) == [
                "teacher (digest) changed: t then, none now", "shards changed: 2 then, 4 now",
            ])
    }
}
