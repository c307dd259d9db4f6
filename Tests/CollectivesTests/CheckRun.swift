import TestSupport

extension ProgramRun {
    /// What these tests start.
    static let check = products.appending(path: "collectives-check").path

    /// Starts ranks of `collectives-check`; `during` may send signals to the `mpirun` process.
    static func ranks(
        _ size: Int, _ arguments: String..., environment: [String: String] = [:],
        during: (_ process: Int32, _ output: () -> String) throws -> Void = { _, _ in }
    ) throws -> Outcome {
        try ranks(size, [check] + arguments, environment: environment, limit: 60, during: during)
    }
}
