@_exported import CauserieCore
@_exported import CauserieIds

/// What it says, which UniFFI writes without saying that it conforms.
extension CauserieError: CustomStringConvertible {}
