"""The contract between a station's machines and the centre, protocol 1: every body that crosses the line.

JSON over HTTP. Bytes are base64url without padding, instants are integer milliseconds since 1970, money is
integer fen, dates are ISO text. A reader ignores fields that it does not know, so that the other side may be newer;
`tests/sync` holds both sides to these models. Client and centre share this package and nothing else.

| call | signed by the device | body → answer | in |
|---|---|---|---|
| `POST /v1/enrol` | no, by proofs of a one-time code | `EnrolRequest` → `EnrolAnswer` | `enrolment` |
| `POST /v1/device/renew` | yes | `RenewRequest` → `RenewAnswer` | `enrolment` |
| `POST /v1/sync/push` | yes | `PushBatch` → `PushAnswer` | `push` |
| `GET /v1/sync/pull?cursor=&limit=&wait=` | yes | → `PullAnswer` of what `records` describes | `pull` |
| `GET /v1/sync/snapshot` | yes | → `SnapshotAnswer` | `snapshot` |
| `GET`, `POST /v1/sync/digest` | yes | `DigestDiffers` → `DigestAnswer` | `digest` |
| `POST /v1/sync/forward` | yes, by a relay | `ForwardRequest` → `ForwardAnswer` | `relay_up` |
| `POST /v1/time` | no, by the nonce | `TimeRequest` → `TimeAnswer` | `time` |
| `GET /v1/health` | no | → `HealthAnswer` | `time` |
| `POST /v1/office/sales` | no, office token | `OfficeSale` → `OfficeSold` | `office` |
| `POST /v1/office/refunds` | no, office token | `OfficeRefund` → `OfficeRefunded` | `office` |

What tills ask about payments, uses and money is in `money`, about places in `places`; what a station's relay is asked
is in `relay`; how everything is spelt is in `types`. What a browser and the payment sandbox are served is in
`docs/payments.md`. Whatever goes wrong is answered with `ErrorAnswer`.
"""
