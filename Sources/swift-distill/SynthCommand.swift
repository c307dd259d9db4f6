import ArgumentParser
import Collectives
import Diagnostics
import Foundation
import Scenes

/// `swift-distill synth OUT`: draws the embedded data set.
struct SynthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "synth", abstract: "Draws a data set of wildfire scenes with labels.",
        discussion: """
            The same numbers give the same files. A folder that holds this very data set is left as it is.

            EXAMPLES
              swift-distill synth scenes
              swift-distill synth scenes --train 3000 --val 300 --size 320 --difficulty 0.6 --seed 1
            """)

    @Argument(help: "Folder to write train/images, train/labels, val/images and val/labels into.")
    var output: String

    @Option(help: "Training images.") var train = 400
    @Option(help: "Validation images.") var val = 120
    @Option(help: "Longest side in pixels.") var size = 256
    @Option(help: "From 0 (large, clear objects) to 1 (small, faint and hidden ones too).") var difficulty = 0.3
    @Option(help: "Seed of all drawing.") var seed = 0

    func validate() throws {
        guard train > 0, val > 0, train + val <= 1_000_000 else {
            throw ValidationError("--train and --val are 1 to 1,000,000 images together")
        }
        guard (64...4096).contains(size) else { throw ValidationError("--size is 64 to 4096 pixels") }
    }

    func run() throws {
        try Session.run(Self.configuration.commandName) { ranks in
            guard ranks.rank == 0 else { return .done }
            Machine.useAllCores()
            let output = FilePath.expanded(output)
            let options = SceneOptions(width: size, height: size, difficulty: difficulty, seed: seed)
            let summary = try SceneDataset.write(to: output, train: train, validation: val, options: options)
            let parts = [counted(summary.train, "training image"), counted(summary.validation, "validation image")]
            say("\(output): \(parts.joined(separator: " and ")) of wildfire scenes")
            for (category, name) in SceneDataset.categories.enumerated() {
                let objects = counted(summary.objects[category], "object")
                say("  \(name): \(objects) in \(counted(summary.pictures[category], "image"))")
            }
            return .done
        }
    }
}
