import ArgumentParser
import Collectives
import Configuration
import Diagnostics

/// `swift-distill registry [list | promote NAME | prune] [key=value …]`.
struct RegistryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry", abstract: "Lists, promotes and prunes the students that runs handed over.",
        usage: "swift-distill registry [list | promote NAME | prune] [key=value …]",
        discussion: """
            In registry/model_registry/distilled, `latest` is what the last run made, `previous` the one before, `best` the \
            best on its validation images. Every result is kept beside them under its run's name and time. promote makes \
            one of them the best (or, with to=latest, the latest); prune removes the oldest, never those in use nor the \
            best on any validation images.

            EXAMPLES
              swift-distill registry
              swift-distill registry promote train-20260102-030405
              swift-distill registry prune keep=5 registry=automl_workspace

            KEYS
            \(RegistryKeys.help.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))
            """)

    @Argument(parsing: .captureForPassthrough, help: "What to do, and key=value words.")
    var arguments: [String] = []

    func run() throws {
        try answerQuestions(arguments)
        try Session.run(Self.configuration.commandName) { ranks in
            guard ranks.rank == 0 else { return .done }
            let (action, settings) = try RegistryKeys.read(arguments)
            let registry = Registry(root: settings.registry)
            guard !registry.kept.isEmpty else {
                throw Problem(
                    "holds no results", file: registry.path, remedy: "Name the root of a registry with `registry=…`",
                    exit: .missingInput)
            }
            switch action {
            case .list: print(RegistryTable(registry))
            case .promote(let name):
                let result = try registry.find(name)
                try registry.promote(result, to: settings.to == .best ? .best : .latest)
                print("\(settings.to.rawValue): \(result.title)")
            case .prune:
                let removed = try registry.prune(keeping: settings.keep)
                for name in removed { print("removed \(name)") }
                print("\(counted(registry.kept.count, "result")) kept")
            }
            return .done
        }
    }
}
