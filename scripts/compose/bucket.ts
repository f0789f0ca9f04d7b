/** In compose, once: makes the recordings' bucket with object lock, which a bucket can only be given at its birth. */
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'minio'

const env = (name: string): string => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is needed and not set`)
  return value
}

const { protocol, hostname, port } = new URL(env('S3_ENDPOINT'))
const client = new Client({
  endPoint: hostname,
  port: Number(port || (protocol === 'https:' ? 443 : 80)),
  useSSL: protocol === 'https:',
  accessKey: env('S3_ACCESS_KEY'),
  secretKey: env('S3_SECRET_KEY'),
})
const bucket = env('S3_BUCKET')

for (let attempt = 1; ; attempt++) {
  try {
    if (!(await client.bucketExists(bucket))) await client.makeBucket(bucket, env('S3_REGION'), { ObjectLocking: true })
    console.log(`bucket ${bucket} is there`)
    break
  } catch (error) {
    if (attempt === 30) throw error
    await pause(2_000)
  }
}
