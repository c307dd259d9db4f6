/// The journal of all ranks but the first: writes nothing.
public final class SilentJournal: Journal {
    /// A journal without files.
    public init() {}

    /// Drops the line.
    public func note(_ text: String) throws {}
    /// Drops the report.
    public func record(_ report: StepReport, _ state: RunState) throws {}
    /// Drops the report.
    public func finish(_ report: EpochReport, _ state: RunState) throws {}
}
