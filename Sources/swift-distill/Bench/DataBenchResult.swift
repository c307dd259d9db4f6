import Collectives
import Datasets
import Foundation
import Tensors

/// What `bench --data` measured, for people and as one line of JSON.
struct DataBenchResult: Encodable {
    /// What one rank measured.
    struct Own: Codable {
        /// From the first batch to the last.
        var seconds: Double
        var sums: LoadingTimes.Sums
    }

    /// Of all ranks.
    struct Path: Encodable {
        var name: String
        var imagesPerSecond: Double
        /// Pictures that were decoded for one image.
        var decodedPerImage: Double
        /// Of one loading thread.
        var msPerImage: Double
        var stages: [Stage]
    }

    struct Stage: Encodable {
        var name: String
        var msPerImage: Double
        /// Of `Path.msPerImage`.
        var share: Double
    }

    var program: String
    var data: String
    var trainingImages: Int
    var validationImages: Int
    var imgsz: Int
    var batch: Int
    var steps: Int
    /// Loading threads per rank.
    var threads: Int
    var ranks: Int
    var paths: [Path]

    /// Nil on ranks other than 0; all ranks call it.
    init?(_ own: [Own], _ bench: DataBench, training: ImageCatalog, validation: ImageCatalog) throws {
        guard let parts = try bench.ranks.gather(Array(try JSONEncoder().encode(own))) else { return nil }
        let all = try parts.map { try JSONDecoder().decode([Own].self, from: Data($0)) }
        program = "swift-distill \(SwiftDistill.configuration.version)"
        data = bench.data
        trainingImages = training.count
        validationImages = validation.count
        imgsz = bench.options.size
        batch = bench.options.batch
        steps = bench.options.steps
        threads = Threads.count
        ranks = all.count
        paths = DataBench.Path.allCases.enumerated().map { place, path in
            DataBenchResult.path(path.rawValue, all.map { $0[place] })
        }
    }

    private static func path(_ name: String, _ parts: [Own]) -> Path {
        var sums = LoadingTimes.Sums()
        for part in parts { sums.add(part.sums) }
        let images = Double(max(sums.images, 1))
        let rate = parts.reduce(0) { $0 + Double($1.sums.images) / max($1.seconds, 1e-9) }
        return Path(
            name: name, imagesPerSecond: rounded(rate), decodedPerImage: rounded(Double(sums.decoded) / images),
            msPerImage: rounded(1e3 * sums.total / images),
            stages: LoadingStage.allCases.map { stage in
                Stage(
                    name: stage.name, msPerImage: rounded(1e3 * sums.seconds[stage.rawValue] / images),
                    share: rounded(sums.share(of: stage)))
            })
    }

    /// One line.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// Lines for people.
    var text: String {
        var table = TextTable(["ms/image of a thread"] + paths.flatMap { [$0.name, ""] })
        for (place, stage) in LoadingStage.allCases.enumerated() {
            table.add(
                [stage.name]
                    + paths.flatMap { path in
                        let part = path.stages[place]
                        return [String(format: "%.2f", part.msPerImage), String(format: "%.0f %%", 100 * part.share)]
                    })
        }
        func row(_ title: String, _ digits: Int, _ value: (Path) -> Double) -> [String] {
            [title] + paths.flatMap { [String(format: "%.\(digits)f", value($0)), ""] }
        }
        table.add(row("all stages", 2) { $0.msPerImage })
        table.add(row("pictures decoded", 2) { $0.decodedPerImage })
        table.add(row("images/s", 1) { $0.imagesPerSecond })
        return """
            \(program): \(data), \(trainingImages) training and \(validationImages) validation images, \
            \(imgsz) x \(imgsz), batch \(batch), \(threads) loading threads on each of \(ranks) ranks
            \(table)
            """
    }
}

/// Three decimals.
private func rounded(_ value: Double) -> Double { (value * 1e3).rounded() / 1e3 }
