import Foundation
import TestSupport
import Testing

/// A Slurm of its own, where it can be started.
private enum Slurm {
    static let script = ProgramRun.root.appending(path: "Tests/Network/slurm.sh").path
    static let startsHere = (try? ProgramRun.start([script, "true"], limit: 60).code) == 0
}

/// `launch/slurm.sbatch` in a Slurm of its own: a controller and one node, this machine.
@Suite(.enabled(if: Slurm.startsHere, "needs root, and slurm-wlm and munge as Debian has them"))
struct SlurmTests {
    /// Submits, warns the job as Slurm does before its time is up, and waits for its end in the queue.
    private static let driver = #"""
        job=$(sbatch --parsable --nodes=1 --ntasks-per-node=2 --cpus-per-task=1 --output=slurm.out "$@") || exit 1
        steps() { cat runs/queued/events.jsonl 2>/dev/null | grep -c '"event":"step"' || true; }
        for ((i = 0; i < 600; i++)); do [ "$(steps)" -lt 5 ] || break; sleep 0.1; done
        scancel --batch --signal=USR1 "$job"
        # A job that comes back waits for two minutes, so that all of its last start is gone; here that is looked at.
        for ((i = 0; i < 300; i++)); do
            [ "$(squeue --noheader --jobs="$job" --format=%T)" != PENDING ] || break
            sleep 0.1
        done
        for ((i = 0; i < 300; i++)); do pgrep -f "slurmstepd: .$job.batch" >/dev/null || break; sleep 0.1; done
        sleep 3
        scontrol update "JobId=$job" StartTime=now
        for ((i = 0; i < 900; i++)); do
            state=$(scontrol show job "$job" | sed -n 's/.*JobState=\([A-Z]*\).*/\1/p')
            case $state in COMPLETED | FAILED | CANCELLED | TIMEOUT) break ;; esac
            sleep 0.1
        done
        scontrol show job "$job" | grep -o 'JobState=[A-Z]*\|Restarts=[0-9]*\|ExitCode=[0-9:]*'
        cat slurm.out
        """#

    @Test func aJobThatIsWarnedSavesIsRequeuedAndGoesOnWithTheSameBits() throws {
        let run = try SceneRun("epochs=4")
        #expect(try run.train("calm", ranks: 2).code == 0)
        let batch = ProgramRun.root.appending(path: "launch/slurm.sbatch").path
        let outcome = try ProgramRun.start(
            [Slurm.script, "bash", "-c", Self.driver, "driver", batch] + run.words("queued"),
            environment: ["SD_BINARY": Program.path], in: run.folder.url, limit: 180)
        #expect(outcome.output.contains("JobState=COMPLETED"), "\(outcome)")
        #expect(outcome.output.contains("Restarts=1") && outcome.output.contains("stopped on request"), "\(outcome)")
        #expect(outcome.output.contains("resumed "), "\(outcome)")
        #expect(try run.numbers("queued") == run.numbers("calm"))
        #expect(try run.results("queued") == run.results("calm"))
    }
}
