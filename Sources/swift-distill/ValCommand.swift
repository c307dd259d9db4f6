import ArgumentParser
import Collectives
import Configuration
import Diagnostics
import Foundation

/// `swift-distill val MODEL data=… [key=value …]`.
struct ValCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "val", abstract: "Measures a model on the validation images of a data set.",
        usage: "swift-distill val MODEL data=DATA.yaml [key=value …] [--json [FILE]]",
        discussion: """
            The data set is named as in a recipe: data=DATA.yaml or distillation_dataset=FOLDER. imgsz (by itself \
            the model's own), batch, conf, iou, max_det, rect, single_cls and threads have their usual meaning. plots=true \
            draws curves, confusion matrices and the first batches into project/name, runs/detect/val by itself. \
            --json FILE writes the same numbers for programs, --json alone to standard output and all else to standard \
            error.

            EXAMPLES
              swift-distill val best.pt data=data.yaml
              swift-distill val runs/distill/train/weights/best.pt data=data.yaml imgsz=320 plots=true
              mpirun -np 4 swift-distill val best.pt data=data.yaml --json numbers.json
              swift-distill val best.pt data=data.yaml split=test save_json

            KEYS BESIDE THOSE OF A RECIPE
            \(ValidationKeys.words.help.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))
            """)

    @Argument(
        parsing: .captureForPassthrough,
        help: "Model to measure (.pt, .safetensors), recipe file, and key=value words that win over it.")
    var arguments: [String] = []

    func run() throws {
        try answerQuestions(arguments)
        try Session.run(Self.configuration.commandName) { ranks in
            var arguments = arguments
            let names = ValidationKeys.names
            let json = try JSONOutput.take(from: &arguments, names: names, on: ranks)
            let parts = try ModelArguments(
                arguments, names: names, extra: 1, usage: "swift-distill val MODEL data=DATA.yaml")
            let words = ValidationKeys.words.parted(parts.words)
            let settings = try ValidationKeys.words.read(words.own)
            let reading = try RecipeReader().read(config: parts.files.first, words: words.others)
            try reading.checkInputs("data", "distillation_dataset")
            try Session.agree(on: reading.recipe, ranks: ranks)
            if ranks.rank == 0 { for note in reading.notes { say(note) } }
            var validation = ValidationRun(model: parts.model, reading: reading, settings: settings, ranks: ranks)
            guard let result = try validation.result() else { return .done }
            say(text: result.text)
            try json.write(result)
            return .done
        }
    }
}
