import ArgumentParser
import Checkpoints
import Collectives
import Diagnostics
import Models

/// `swift-distill convert IN OUT`: weights of any readable format as safetensors with their layer table.
struct ConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert", abstract: "Writes a .pt or .safetensors model as safetensors.")

    @Argument(help: "Model to read (.pt or .safetensors; of a training checkpoint the moving average).")
    var input: String

    @Argument(help: "File to write (.safetensors).")
    var output: String

    @Flag(help: "Store 16-bit floats: half the size.") var half = false

    func run() throws {
        try Session.run(Self.configuration.commandName) { ranks in
            guard ranks.rank == 0 else { return .done }
            guard output.hasSuffix(".safetensors") else {
                throw Problem(
                    "\(output) does not end with .safetensors", remedy: "Choose a name that does", exit: .commandLine)
            }
            let (model, imageSize) = try ModelLoading.model(input)
            let file = model.file(half: half, imageSize: imageSize)
            try writeDurably(try file.serialized(), to: output)
            print("\(output): \(model.weights.fieldParameterCount) parameters, \(model.classCount) classes")
            return .done
        }
    }
}
