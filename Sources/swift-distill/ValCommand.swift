import ArgumentParser
import Collectives
import Configuration
import Diagnostics
import Foundation

/// `swift-distill val MODEL data=… [key=value …]`.
struct ValCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "val", abstract: "Measures a model on the validation images of a data set.",
        discussion: """
            The data set is named as in a recipe: data=DATA.yaml or distillation_dataset=FOLDER. imgsz (by itself \
            the model's own), batch, conf, iou, max_det, rect, single_cls and threads have their usual meaning. plots=true draws curves, \
            confusion matrices and the first batches into project/name, runs/detect/val by itself. Works under mpirun.
            """)

    @Argument(help: "Model to measure (.pt, .safetensors).")
    var model: String

    @Argument(help: "Recipe file, and key=value words that win over it.")
    var arguments: [String] = []

    @Option(help: "File to write the same numbers to, as JSON.")
    var json: String?

    func run() throws {
        try Session.run(Self.configuration.commandName) { ranks in
            let (config, words) = RecipeReader.split(arguments)
            let reading = try RecipeReader().read(config: config, words: words)
            try reading.checkInputs("data", "distillation_dataset")
            try Session.agree(on: reading.recipe, ranks: ranks)
            if ranks.rank == 0 { for note in reading.notes { print(note) } }
            var validation = ValidationRun(model: model, reading: reading, ranks: ranks)
            let result = try validation.result()
            guard let result else { return .done }
            print(result.text)
            if let json { try result.write(to: json) }
            return .done
        }
    }
}
