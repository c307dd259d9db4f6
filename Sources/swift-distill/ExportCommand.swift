import ArgumentParser
import Collectives
import Configuration
import Diagnostics
import Tensors

/// `swift-distill export MODEL [format=…] [key=value …]`.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes a model for other programs: .pt, ONNX or safetensors.",
        usage: "swift-distill export MODEL [OUTPUT] [key=value …] [--json [FILE]]",
        discussion: """
            MODEL is a .pt, a .safetensors, any checkpoint of a run, or a run folder (its best weights). Afterwards the \
            file is read back, and what it answers is compared with what the model answered. --json FILE says what was \
            written for programs, --json alone on standard output.

            EXAMPLES
              swift-distill export runs/distill/train
              swift-distill export best.pt format=onnx imgsz=320 dynamic
              swift-distill export weights/last.safetensors student.onnx nms half=True

            KEYS
            \(ExportKeys.help.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))
            """)

    @Argument(parsing: .captureForPassthrough, help: "Model to read, and key=value words.")
    var arguments: [String] = []

    func run() throws {
        try answerQuestions(arguments.isEmpty ? ["--help"] : arguments)
        try Session.run(Self.configuration.commandName) { ranks in
            guard ranks.rank == 0 else { return .done }
            Machine.useAllCores()
            startMatrixProducts()
            var words = arguments
            let json = try JSONOutput.take(from: &words, names: ExportKeys.names, on: ranks)
            let (model, options) = try ExportKeys.read(words)
            try json.write(try ModelExport(model: model, options: options).run { say(text: $0) })
            return .done
        }
    }
}
