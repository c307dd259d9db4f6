import Checkpoints
import Diagnostics
import Foundation
import Testing

@testable import Training

@Suite struct CheckpointPlaceTests {
    private func problem(_ body: () throws -> Void) -> Problem? {
        do { try body() } catch { return error as? Problem }
        return nil
    }

    private func touch(_ path: String, age: Double = 0) throws {
        let folder = (path as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data([1]).write(to: URL(filePath: path))
        let date = Date(timeIntervalSinceNow: -age)
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
    }

    @Test func runsAreNumberedFromTheSecondOn() throws {
        let scratch = try ScratchFolder()
        let names = try (0..<3).map { _ in
            try RunFolder(project: "\(scratch.path)/runs/distill", name: "train", existOk: false).name
        }
        #expect(names == ["train", "train-2", "train-3"])
        #expect(try scratch.names("runs/distill/train") == ["run.lock", "weights"])
        #expect(try RunFolder(project: "\(scratch.path)/runs/distill", name: "train", existOk: true).name == "train")
        #expect(try RunFolder(project: scratch.path, name: "a/b", existOk: false).path == "\(scratch.path)/a/b")
    }

    @Test func aFolderInUseIsRefused() throws {
        let scratch = try ScratchFolder()
        let first = try RunFolder(project: scratch.path, name: "train", existOk: false)
        let found = problem { _ = try RunFolder(project: scratch.path, name: "train", existOk: true) }
        #expect(found?.exit == .cannotCreate && found?.file == first.path)
        #expect(found?.message.contains("is in use by process \(getpid())") == true)
        let second = problem { _ = try RunFolder(resuming: CheckpointPlace(run: first.path)) }
        #expect(second?.exit == .cannotCreate)
    }

    @Test func aProjectThatCannotBeMadeIsRefused() throws {
        let scratch = try ScratchFolder()
        try touch("\(scratch.path)/file")
        for existOk in [false, true] {
            let found = problem { _ = try RunFolder(project: "\(scratch.path)/file", name: "x", existOk: existOk) }
            #expect(found?.exit == .cannotCreate)
        }
    }

    @Test func aRunIsResumedByItsFolderItsWeightsOrAFile() throws {
        let scratch = try ScratchFolder()
        let run = "\(scratch.path)/train"
        try touch("\(run)/weights/epoch4.safetensors")
        try touch("\(run)/weights/last.prev.safetensors")
        let last = CheckpointPlace(run: run)
        #expect(try CheckpointPlace(resuming: run) == last)
        #expect(try CheckpointPlace(resuming: run + "/") == last)
        #expect(try CheckpointPlace(resuming: run + "/weights") == last)
        #expect(try CheckpointPlace(resuming: run + "/weights/last.safetensors") == last, "the one before is there")
        let epoch = try CheckpointPlace(resuming: run + "/weights/epoch4.safetensors")
        #expect(epoch.name == "epoch4" && epoch.run == run && epoch.folder == run + "/weights")
        // As users of the reference name it, whether that file is there or not.
        #expect(try CheckpointPlace(resuming: run + "/weights/epoch4.pt") == epoch)
        try touch("\(run)/weights/epoch4.pt")
        #expect(try CheckpointPlace(resuming: run + "/weights/epoch4.pt") == epoch)
    }

    @Test func whatCannotBeResumedIsSaidSo() throws {
        let scratch = try ScratchFolder()
        try touch("\(scratch.path)/train/weights/last.pt")
        try touch("\(scratch.path)/model.safetensors")
        let missing = problem { _ = try CheckpointPlace(resuming: scratch.path + "/nothing") }
        #expect(missing?.exit == .missingInput)
        for name in ["train/weights/last.pt", "model.safetensors"] {
            let found = problem { _ = try CheckpointPlace(resuming: "\(scratch.path)/\(name)") }
            #expect(found?.message.contains("is no checkpoint") == true && found?.exit == .badData)
        }
    }

    /// Folders that are named alike and numbered otherwise are other people's runs.
    @Test(arguments: ["exp12", "exp2", "exp-1", "exp-02", "exp-", "exp-2-3", "exp-x", "exp-99999"])
    func aRunIsResumedInItsOwnSeriesOnly(other: String) throws {
        let scratch = try ScratchFolder()
        try touch("\(scratch.path)/exp/weights/last.safetensors", age: 300)
        try touch("\(scratch.path)/\(other)/weights/last.safetensors")
        #expect(try CheckpointPlace.latest(in: scratch.path, name: "exp")?.run == "\(scratch.path)/exp")
        try touch("\(scratch.path)/exp-2/weights/last.safetensors", age: 200)
        try touch("\(scratch.path)/exp-10/weights/last.safetensors", age: 100)
        #expect(try CheckpointPlace.latest(in: scratch.path, name: "exp")?.run == "\(scratch.path)/exp-10")
    }

    @Test func aFolderWithoutACheckpointIsNotTouched() throws {
        let scratch = try ScratchFolder()
        try touch("\(scratch.path)/photos/a.jpg")
        let found = problem { _ = try CheckpointPlace(resuming: scratch.path + "/photos") }
        #expect(found?.message == "holds no checkpoint, so there is nothing to resume")
        #expect(found?.exit == .missingInput && found?.file == scratch.path + "/photos")
        #expect(try scratch.names("photos") == ["a.jpg"])
    }

    @Test func resumingWithoutAPathTakesTheRunSavedLast() throws {
        let scratch = try ScratchFolder()
        try touch("\(scratch.path)/train/weights/last.safetensors", age: 300)
        try touch("\(scratch.path)/train-2/weights/last.safetensors", age: 100)
        try touch("\(scratch.path)/train3/weights/best.safetensors")
        try touch("\(scratch.path)/trainer/weights/last.safetensors")
        #expect(try CheckpointPlace.latest(in: scratch.path, name: "train")?.run == "\(scratch.path)/train-2")
        #expect(try CheckpointPlace.latest(in: scratch.path, name: "other") == nil)
        #expect(try CheckpointPlace.latest(in: scratch.path + "/nowhere", name: "train") == nil)
        // What cannot be searched must not be taken for empty: a new run would overwrite what is there.
        let file = scratch.path + "/train/weights/last.safetensors"
        #expect(problem { _ = try CheckpointPlace.latest(in: file, name: "train") }?.file == file)
    }
}
