/// What two measurements must have in common to be compared.
struct BenchSettings: Codable, Equatable {
    var student: String
    var teacher: String
    var imgsz: Int
    /// Per rank.
    var batch: Int
    /// Per rank.
    var threads: Int
    var ranks: Int
    var checkpointActivations: Bool
    /// As the option spells it.
    var gradientCompression: String

    /// The command that measures with them.
    var command: String {
        (ranks > 1 ? "mpirun -np \(ranks) " : "")
            + "swift-distill bench --student \(student) --teacher \(teacher) --imgsz \(imgsz) --batch \(batch) "
            + "--threads \(threads)" + (checkpointActivations ? " --checkpoint-activations" : "")
            + (gradientCompression == "none" ? "" : " --gradient-compression \(gradientCompression)")
    }

    /// Such as `imgsz 320 instead of 640`.
    func differences(from other: BenchSettings) -> [String] {
        let values: [(String, String, String)] = [
            ("student", student, other.student), ("teacher", teacher, other.teacher),
            ("imgsz", "\(imgsz)", "\(other.imgsz)"), ("batch", "\(batch)", "\(other.batch)"),
            ("threads", "\(threads)", "\(other.threads)"), ("ranks", "\(ranks)", "\(other.ranks)"),
            ("checkpoint-activations", "\(checkpointActivations)", "\(other.checkpointActivations)"),
            ("gradient-compression", gradientCompression, other.gradientCompression),
        ]
        return values.filter { $0.1 != $0.2 }.map { "\($0.0) \($0.1) instead of \($0.2)" }
    }
}
