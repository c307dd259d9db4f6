import Foundation

/// Bytes for people.
func sizeText(_ bytes: Int64) -> String {
    switch bytes {
    case ..<0: "unknown"
    case ..<1024: "\(bytes) B"
    case ..<(1 << 20): String(format: "%.0f KiB", Double(bytes) / 1024)
    case ..<(100 << 20): String(format: "%.1f MiB", Double(bytes) / 1_048_576)
    case ..<(10 << 30): String(format: "%.0f MiB", Double(bytes) / 1_048_576)
    default: String(format: "%.0f GiB", Double(bytes) / 1_073_741_824)
    }
}
