import ArgumentParser
import CHost
import Diagnostics
import Foundation

/// The program: distils a large vision model into a small one, on CPUs and clusters of them.
@main
struct SwiftDistill: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "swift-distill",
        abstract: "Distils a large detector into a small one, on CPUs and CPU clusters.",
        discussion: """
            Without a subcommand it trains: swift-distill [CONFIG] [key=value …]. Start several ranks with
            mpirun -np N swift-distill …, or with launch/local.sh and launch/cluster.sh.

            EXAMPLES
              swift-distill teacher=best.pt student=yolov8n.pt data=data.yaml
              swift-distill val best.pt data=data.yaml
              swift-distill predict best.pt source=photos
              swift-distill export best.pt format=onnx

            EXIT CODES
            \(Diagnostics.ExitCode.allCases.map { "  \($0.rawValue)  \($0.meaning)" }.joined(separator: "\n"))

            --generate-completion-script with bash, zsh or fish prints what completes its words in that shell.
            """,
        version: "0.1.0",
        subcommands: [
            TrainCommand.self, ValCommand.self, PredictCommand.self, ExportCommand.self, RegistryCommand.self,
            SynthCommand.self, DoctorCommand.self, BenchCommand.self,
        ],
        defaultSubcommand: TrainCommand.self)

    /// Refuses a CPU that the kernels were not built for before any of them runs.
    static func main() {
        let missing = String(cString: chost_missing_cpu_features())
        guard missing.isEmpty else {
            let text = "swift-distill: this CPU lacks \(missing). Run on an x86-64 CPU with AVX2 and FMA.\n"
            FileHandle.standardError.write(Data(text.utf8))
            Foundation.exit(Diagnostics.ExitCode.environment.rawValue)
        }
        chost_print_by_line()
        do {
            var command = try parseAsRoot(FirstWord.understood(Array(CommandLine.arguments.dropFirst())))
            try command.run()
        } catch {
            let code = exitCode(for: error).rawValue
            if code == 0 {
                print(fullMessage(for: error))
                Foundation.exit(0)
            }
            Session.refuse(error)
        }
    }
}
