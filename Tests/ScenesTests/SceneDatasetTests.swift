import CImage
import Diagnostics
import Foundation
import Scenes
import Testing

struct SceneDatasetTests {
    private let options = SceneOptions(width: 96, height: 96, seed: 2)

    /// A path for a new directory, removed afterwards.
    private func withDirectory(_ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.path + "/scenes-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    private func contents(_ directory: String) throws -> [String: Data] {
        var files: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: directory) {
            if let data = FileManager.default.contents(atPath: "\(directory)/\(name)") { files[name] = data }
        }
        return files
    }

    @Test func aDataSetHasPicturesLabelsAndADescription() throws {
        try withDirectory { path in
            var calls: [Int] = []
            let summary = try SceneDataset.write(to: path, train: 5, validation: 3, options: options) { done, total in
                calls.append(done)
                #expect(total == 8)
            }
            #expect(calls.last == 8)
            #expect(summary.train == 5 && summary.validation == 3)
            for (part, count) in [("train", 5), ("val", 3)] {
                for order in 0..<count {
                    let scene = drawScene(index: part == "train" ? order : (1 << 30) + order, options: options)
                    var info = cimage_info()
                    var message = [CChar](repeating: 0, count: Int(CIMAGE_MESSAGE_SIZE))
                    let image = "\(path)/\(part)/images/scene_00000\(order).jpg"
                    #expect(cimage_probe(image, &info, &message, message.count) == 0)
                    #expect(Int(info.width) == scene.width && Int(info.height) == scene.height)
                    let file = "\(path)/\(part)/labels/scene_00000\(order).txt"
                    let label = try String(contentsOfFile: file, encoding: .utf8)
                    #expect(label == scene.label)
                }
            }
            let description = try String(contentsOfFile: "\(path)/distillation_data.yaml", encoding: .utf8)
            #expect(description.contains("names: [FireBSI, LightningBSI, PersonBSI, SmokeBSI, VehicleBSI]"))
            #expect(description.contains("nc: 5"))
        }
    }

    @Test func validationDoesNotDependOnTheSizeOfTraining() throws {
        try withDirectory { first in
            try withDirectory { second in
                _ = try SceneDataset.write(to: first, train: 1, validation: 2, options: options)
                _ = try SceneDataset.write(to: second, train: 3, validation: 2, options: options)
                let name = "val/images/scene_000001.jpg"
                #expect(try contents(first)[name] == contents(second)[name])
            }
        }
    }

    @Test func theSameRequestAgainChangesNothing() throws {
        try withDirectory { path in
            let first = try SceneDataset.write(to: path, train: 3, validation: 1, options: options)
            try Data("later".utf8).write(to: URL(fileURLWithPath: path + "/labels.cache"))
            let before = try contents(path)
            var called = false
            let second = try SceneDataset.write(to: path, train: 3, validation: 1, options: options) { _, _ in
                called = true
            }
            #expect(first == second)
            #expect(!called)
            #expect(try contents(path) == before)
        }
    }

    @Test func anUnfinishedDataSetIsCompleted() throws {
        try withDirectory { path in
            _ = try SceneDataset.write(to: path, train: 3, validation: 1, options: options)
            let before = try contents(path)
            try FileManager.default.removeItem(atPath: path + "/train/images/scene_000001.jpg")
            _ = try SceneDataset.write(to: path, train: 3, validation: 1, options: options)
            #expect(try contents(path) == before)
        }
    }

    @Test func directoriesWithOtherFilesAreRefusedAndLeftAlone() throws {
        try withDirectory { path in
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try Data("mine".utf8).write(to: URL(fileURLWithPath: path + "/photo.jpg"))
            let problem = #expect(throws: Problem.self) {
                try SceneDataset.write(to: path, train: 1, validation: 1, options: options)
            }
            #expect(problem?.file == path)
            #expect(problem?.exit == .cannotCreate)
            #expect(try contents(path) == ["photo.jpg": Data("mine".utf8)])
        }
    }

    @Test func anotherRequestInTheSameDirectoryIsRefused() throws {
        try withDirectory { path in
            _ = try SceneDataset.write(to: path, train: 1, validation: 1, options: options)
            #expect(throws: Problem.self) {
                try SceneDataset.write(to: path, train: 2, validation: 1, options: options)
            }
        }
    }

    @Test func senselessRequestsAndPlacesAreRefused() throws {
        try withDirectory { path in
            #expect(throws: Problem.self) {
                try SceneDataset.write(to: path, train: 0, validation: 0, options: options)
            }
            #expect(throws: Problem.self) {
                try SceneDataset.write(to: path, train: -1, validation: 5, options: options)
            }
            #expect(throws: Problem.self) {
                try SceneDataset.write(to: path, train: 1, validation: 0, options: SceneOptions(width: 8, height: 320))
            }
            #expect(throws: Problem.self) {
                try SceneDataset.write(to: path, train: 1, validation: 0, options: SceneOptions(difficulty: .nan))
            }
            #expect(throws: Problem.self) {
                try SceneDataset.write(to: "/dev/null/scenes", train: 1, validation: 0, options: options)
            }
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }
}
