import ArgumentParser
import Collectives
import Configuration
import Diagnostics
import Foundation

/// `swift-distill val MODEL data=… [key=value …]`.
struct ValCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "val", abstract: "Measures a model on the validation images of a data set.",
        usage: "swift-distill val MODEL data=DATA.yaml [key=value …] [--json FILE]",
        discussion: """
            The data set is named as in a recipe: data=DATA.yaml or distillation_dataset=FOLDER. imgsz (by itself \
            the model's own), batch, conf, iou, max_det, rect, single_cls and threads have their usual meaning. plots=true \
            draws curves, confusion matrices and the first batches into project/name, runs/detect/val by itself. \
            --json writes the same numbers to a file.

            EXAMPLES
              swift-distill val best.pt data=data.yaml
              swift-distill val runs/distill/train/weights/best.pt data=data.yaml imgsz=320 plots=true
              mpirun -np 4 swift-distill val best.pt data=data.yaml --json numbers.json
            """)

    @Argument(
        parsing: .captureForPassthrough,
        help: "Model to measure (.pt, .safetensors), recipe file, and key=value words that win over it.")
    var arguments: [String] = []

    func run() throws {
        try answerQuestions(arguments)
        try Session.run(Self.configuration.commandName) { ranks in
            let (json, arguments) = try Self.json(in: arguments)
            let parts = try ModelArguments(
                arguments, flags: RecipeKeys.flags, extra: 1, usage: "swift-distill val MODEL data=DATA.yaml")
            let reading = try RecipeReader().read(config: parts.files.first, words: parts.words)
            try reading.checkInputs("data", "distillation_dataset")
            try Session.agree(on: reading.recipe, ranks: ranks)
            if ranks.rank == 0 { for note in reading.notes { print(note) } }
            var validation = ValidationRun(model: parts.model, reading: reading, ranks: ranks)
            let result = try validation.result()
            guard let result else { return .done }
            print(result.text)
            if let json { try result.write(to: json) }
            return .done
        }
    }

    /// The file that `--json FILE` names for the same numbers, and the other arguments.
    private static func json(in arguments: [String]) throws -> (file: String?, others: [String]) {
        var others = arguments
        guard let place = others.firstIndex(where: { $0 == "--json" || $0.hasPrefix("--json=") }) else {
            return (nil, others)
        }
        let word = others.remove(at: place)
        if word != "--json" { return (String(word.dropFirst("--json=".count)), others) }
        guard place < others.count else {
            throw Problem("--json names no file", remedy: "Write `--json numbers.json`", exit: .commandLine)
        }
        return (others.remove(at: place), others)
    }
}
