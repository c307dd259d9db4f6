import ArgumentParser

@main struct SwiftDistill: ParsableCommand {}
