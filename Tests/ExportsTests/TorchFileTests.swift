import Checkpoints
import Foundation
import Models
import TestSupport
import Testing

@testable import Exports

@Suite struct TorchFileTests {
    @Test func placeholder() {}
}
