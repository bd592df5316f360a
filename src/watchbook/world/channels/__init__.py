"""Ways to reach people: one module a kind, behind `world.ports.Channel`. Made by `app.wiring`, used by `acting.outbox`."""
