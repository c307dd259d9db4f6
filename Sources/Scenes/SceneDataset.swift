import CImage
import Diagnostics
import Foundation
import Synchronization
import Tensors

/// The embedded data set: scenes as JPEG with label files, in the directory form the trainer reads.
public enum SceneDataset {
    /// Names of the classes, in the order of their numbers.
    public static let categories: [String] = Category.allCases.map(\.name)

    /// What a directory holds after `write`.
    public struct Summary: Codable, Equatable, Sendable {
        /// Pictures for training.
        public var train: Int
        /// Pictures for validation.
        public var validation: Int
        /// Pictures without objects.
        public var backgrounds: Int
        /// Objects per class.
        public var objects: [Int]
        /// Pictures per class that show at least one of its objects.
        public var pictures: [Int]
    }

    /// Draws `train` and `validation` scenes into a directory that is empty or missing.
    ///
    /// A directory that already holds the same request is left as it is; an unfinished one is completed. Validation
    /// scenes do not depend on how many scenes there are for training. `progress` is told pictures done and in all.
    /// Throws a `Problem` for a directory with other files and for whatever cannot be written.
    public static func write(
        to directory: String, train: Int, validation: Int, options: SceneOptions,
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> Summary {
        let request = SceneMarker.Request(version: 1, train: train, validation: validation, options: options)
        try request.check()
        if let summary = try SceneMarker.prepare(directory, for: request) { return summary }
        for part in ["train", "val"] {
            for kind in ["images", "labels"] { try makeDirectory("\(directory)/\(part)/\(kind)") }
        }
        var summary = Summary(
            train: train, validation: validation, backgrounds: 0, objects: categories.map { _ in 0 },
            pictures: categories.map { _ in 0 })
        let total = train + validation
        let piece = 32
        for start in stride(from: 0, to: total, by: piece) {
            let scenes = start..<min(start + piece, total)
            for categories in try draw(scenes, of: request, to: directory) { summary.count(categories) }
            progress(scenes.upperBound, total)
        }
        try description.writeProblem(to: "\(directory)/distillation_data.yaml")
        try SceneMarker(request: request, summary: summary).save(in: directory)
        return summary
    }

    /// Scenes of validation have numbers far beyond those of training.
    static func number(of position: Int, train: Int) -> Int {
        position < train ? position : (1 << 30) + position - train
    }

    /// Draws and writes a few scenes in parallel; the classes of each one's objects.
    private static func draw(
        _ scenes: Range<Int>, of request: SceneMarker.Request, to directory: String
    ) throws -> [[Int]] {
        let results = Mutex([Int: Result<[Int], Problem>]())
        parallel(tasks: scenes.count) { task in
            let position = scenes.lowerBound + task
            let result = Result { () throws(Problem) in
                try write(position: position, of: request, to: directory)
            }
            results.withLock { $0[task] = result }
        }
        return try (0..<scenes.count).compactMap { task in try results.withLock { $0[task] }?.get() }
    }

    private static func write(
        position: Int, of request: SceneMarker.Request, to directory: String
    ) throws(Problem) -> [Int] {
        let part = position < request.train ? "train" : "val"
        let order = position < request.train ? position : position - request.train
        let digits = String(order)
        let name = "scene_" + String(repeating: "0", count: max(6 - digits.count, 0)) + digits
        let scene = drawScene(index: number(of: position, train: request.train), options: request.options)
        try save(scene, to: "\(directory)/\(part)/images/\(name).jpg")
        try scene.label.writeProblem(to: "\(directory)/\(part)/labels/\(name).txt")
        return scene.objects.map(\.category)
    }

    private static func save(_ scene: Scene, to path: String) throws(Problem) {
        var message = [CChar](repeating: 0, count: Int(CIMAGE_MESSAGE_SIZE))
        let status = scene.pixels.withUnsafeBufferPointer { pixels in
            cimage_write_jpeg(
                path, pixels.baseAddress, Int32(scene.width), Int32(scene.height), Int32(scene.quality), &message,
                message.count)
        }
        guard status == 0 else {
            let reason = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw unwritable(path, reason)
        }
    }

    private static func makeDirectory(_ path: String) throws(Problem) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw unwritable(path, SceneDataset.reason(error))
        }
    }

    /// What the system said, without the full stop of a sentence.
    static func reason(_ error: any Error) -> String {
        if let code = ((error as? CocoaError)?.underlying as? POSIXError ?? error as? POSIXError)?.code {
            return String(cString: strerror(code.rawValue))
        }
        var text = error.localizedDescription
        while text.hasSuffix(".") { text.removeLast() }
        return text
    }

    static func unwritable(_ path: String, _ reason: String) -> Problem {
        Problem(
            "Cannot write the data set: \(reason)", file: path,
            remedy: "Choose a directory that you may write to, with enough space", exit: .cannotCreate)
    }

    /// The data set's description as Ultralytics writes it.
    private static var description: String {
        """
        # Drawn by swift-distill synth.
        train: train/images
        val: val/images
        nc: \(categories.count)
        names: [\(categories.joined(separator: ", "))]

        """
    }
}

extension SceneDataset.Summary {
    fileprivate mutating func count(_ categories: [Int]) {
        if categories.isEmpty { backgrounds += 1 }
        for category in categories { objects[category] += 1 }
        for category in Set(categories) { pictures[category] += 1 }
    }
}

extension Scene {
    /// One line per object: class, centre and size, as shares of the picture. Empty for a background.
    public var label: String {
        objects.map { object in
            let box = object.box
            let extent = SIMD4<Float>(Float(width), Float(height), Float(width), Float(height))
            let parts = SIMD4<Float>((box.x + box.z) / 2, (box.y + box.w) / 2, box.z - box.x, box.w - box.y) / extent
            let numbers = (0..<4).map { String(format: "%.6f", Double(parts[$0])) }
            return "\(object.category) " + numbers.joined(separator: " ") + "\n"
        }.joined()
    }
}

extension String {
    /// Writes this text to a file, all or nothing.
    func writeProblem(to path: String) throws(Problem) {
        do {
            try Data(utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw SceneDataset.unwritable(path, SceneDataset.reason(error))
        }
    }
}
