import CHost
import Diagnostics
import Foundation

/// Requests to stop that come from outside: SIGUSR1, SIGTERM, SIGINT and SIGHUP.
public enum StopSignal {
    /// From now on these signals ask instead of ending the process; a second SIGTERM or SIGINT ends it at once. For those
    /// who look at `received` often.
    public static func listen() throws {
        guard chost_listen_for_signals() == 0 else {
            throw Problem("cannot listen for signals: \(String(cString: strerror(errno)))", exit: .environment)
        }
    }

    /// From now on a closed terminal or a full quota is an error of one write.
    public static func surviveFailedWrites() { chost_survive_failed_writes() }

    /// The first signal that asked to stop, by name (`SIGUSR1`), or nil.
    public static var received: String? {
        let number = chost_stop_signal()
        return number == 0 ? nil : name(number)
    }

    /// Calls `body` on a thread of its own at each SIGTERM, when about a second is left to live; nil ends that.
    ///
    /// When this returns, the previous body is not running any more.
    public static func onTermination(_ body: (@Sendable () -> Void)?) {
        guard let body else {
            chost_on_stop(nil, nil)
            return
        }
        // Kept for good: a body is set once or twice in a run.
        let context = Unmanaged.passRetained(Body(body)).toOpaque()
        chost_on_stop(
            { context, number in
                guard number == SIGTERM, let context else { return }
                Unmanaged<Body>.fromOpaque(context).takeUnretainedValue().run()
            }, context)
    }

    private static func name(_ number: Int32) -> String {
        switch number {
        case SIGUSR1: "SIGUSR1"
        case SIGTERM: "SIGTERM"
        case SIGINT: "SIGINT"
        case SIGHUP: "SIGHUP"
        default: "signal \(number)"
        }
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
}
